"""Pure parts of the gcp auth method."""

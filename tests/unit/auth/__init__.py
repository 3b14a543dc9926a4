"""Pure parts of the auth methods."""

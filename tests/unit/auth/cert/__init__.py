"""Pure parts of the cert auth method."""

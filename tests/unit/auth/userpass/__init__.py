"""Pure parts of the userpass auth method."""

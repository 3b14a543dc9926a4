"""Pure parts of the azure auth method."""

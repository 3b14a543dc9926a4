"""Pure parts of the aws auth method."""

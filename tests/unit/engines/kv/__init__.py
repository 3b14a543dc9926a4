"""Pure parts of the key/value engine."""

"""Pure parts of the secrets engines."""

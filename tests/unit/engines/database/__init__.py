"""Pure parts of the database engine."""

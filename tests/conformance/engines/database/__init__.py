"""The database engine with a real PostgreSQL."""

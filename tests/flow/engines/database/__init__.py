"""The database engine over a stand-in for a database."""

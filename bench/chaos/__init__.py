"""Three nodes on one PostgreSQL with a synchronous standby, while nodes and databases die and come back."""

"""One folder for each kind of database: its client library, its statements, its usual user names."""

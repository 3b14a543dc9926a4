"""A worker process: it serves, and does what its supervisor says."""

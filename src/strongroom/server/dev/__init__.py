"""The development server: one process, in memory, with a known root token."""

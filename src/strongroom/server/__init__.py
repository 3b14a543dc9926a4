"""The composition root: configuration, processes, and the wiring of every service."""

"""RADIUS servers for tests: Debian's, and one whose answers a test decides."""

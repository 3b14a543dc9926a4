"""The commands that save, check and restore snapshots."""

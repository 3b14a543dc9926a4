"""The health checks, one file each."""

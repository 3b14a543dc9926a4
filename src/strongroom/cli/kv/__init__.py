"""The commands below `kv`."""

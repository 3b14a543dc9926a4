"""The commands below `operator`."""

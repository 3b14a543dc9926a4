"""Files that the agent reads and writes: by descriptors, so that no symbolic link leads elsewhere."""

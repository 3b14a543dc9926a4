"""Numbers that a node sends by itself."""

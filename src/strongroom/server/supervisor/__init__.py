"""The supervisor of a node, and what it keeps of each process that it started."""

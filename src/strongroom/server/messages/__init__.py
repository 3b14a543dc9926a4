"""What the processes of a node say to each other: one union of messages for each direction (values only)."""

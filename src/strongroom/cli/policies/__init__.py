"""The commands below `policy` that ask why, who, and what if."""

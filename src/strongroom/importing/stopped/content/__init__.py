"""What the rows of a stopped server mean: one file for each kind of object."""

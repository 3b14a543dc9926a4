"""The paths of roots: a file for each noun."""

"""The paths of a mount, a file for each noun."""

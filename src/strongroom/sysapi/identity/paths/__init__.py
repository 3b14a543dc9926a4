"""The paths of `identity/`, a file for each noun."""

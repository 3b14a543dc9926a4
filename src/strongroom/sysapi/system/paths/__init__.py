"""The paths below `sys/`, a file for each noun."""

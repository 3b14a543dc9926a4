"""The paths of intermediates: a file for each noun."""

"""The paths of issuers: a file for each noun."""

"""The paths of the ACME server, a file for each noun."""

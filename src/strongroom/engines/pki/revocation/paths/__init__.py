"""The paths about revocation, a file for each noun."""

"""Moving in from a running server of the reference, by the command line."""

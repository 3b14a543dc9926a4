"""Logging in from the command line: `login -method=…`, one file per auth method that needs more than one request."""

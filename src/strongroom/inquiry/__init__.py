"""Finds requests in the lines of an audit log (pure).  The command line asks it of files, the server of its own log."""

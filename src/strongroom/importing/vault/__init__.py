"""A running Vault or OpenBao as a source, read by its API.  Only GET requests are sent to it."""

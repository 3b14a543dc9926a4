"""EST through the whole server."""

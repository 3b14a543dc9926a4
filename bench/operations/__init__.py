"""The operations that are compared: what is prepared for them, and the requests."""

"""The auth methods, each over a real barrier and real transactions."""

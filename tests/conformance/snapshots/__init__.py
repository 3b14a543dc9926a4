"""Copies of the store, made and restored by the command line."""

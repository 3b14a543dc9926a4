"""Signed requests that nobody would make."""

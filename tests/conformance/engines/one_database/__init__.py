"""Engines of one database each."""

"""Paths of roles that are programs."""

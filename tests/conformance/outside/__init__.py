"""Secrets that are made in real systems."""

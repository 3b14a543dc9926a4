"""Secrets engines with real servers."""

"""Namespaces: what one contains, and what reaches into another."""

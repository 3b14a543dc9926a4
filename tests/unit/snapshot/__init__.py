"""Snapshots: the file, byte by byte, and how a store is replaced."""

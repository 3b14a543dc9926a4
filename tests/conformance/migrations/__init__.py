"""Moves between stores, by the command, with nodes that really run."""

"""Curves: how the figures change with the amount of something."""

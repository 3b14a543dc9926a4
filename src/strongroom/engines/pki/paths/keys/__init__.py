"""The paths of keys."""

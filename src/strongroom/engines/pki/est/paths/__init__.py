"""The paths of EST."""

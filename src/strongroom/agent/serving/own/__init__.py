"""The paths that the agent answers itself."""

"""The agent against servers that run."""

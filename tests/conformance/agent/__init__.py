"""The agent against real servers."""

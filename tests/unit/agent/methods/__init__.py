"""The ways in which the agent logs in."""

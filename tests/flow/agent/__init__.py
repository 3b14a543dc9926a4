"""The agent, against a server of the same process."""

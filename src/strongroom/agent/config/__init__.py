"""The configuration of the agent and the proxy."""

"""The commands about the agent."""

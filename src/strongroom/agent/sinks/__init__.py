"""Where the agent's token goes."""

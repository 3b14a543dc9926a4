"""How the agent takes turns, without a server."""

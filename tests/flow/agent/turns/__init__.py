"""How the agent takes turns."""

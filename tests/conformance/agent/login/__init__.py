"""How the agent logs in, against real servers."""

"""The ways in which the agent logs in, one file per auth method."""

"""The one state of authentication that all parts of the agent share."""

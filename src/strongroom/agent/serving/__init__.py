"""What the agent does for clients: listeners, requests that are passed on, answers that are kept."""

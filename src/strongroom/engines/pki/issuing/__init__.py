"""From a request to a signed certificate."""

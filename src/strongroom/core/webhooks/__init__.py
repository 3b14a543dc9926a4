"""Posts events to webhooks, by a role that one process holds."""

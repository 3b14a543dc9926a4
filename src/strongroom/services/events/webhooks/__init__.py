"""Webhooks: events that the server posts to other systems."""

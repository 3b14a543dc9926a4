"""The background work that deleted namespaces leave."""

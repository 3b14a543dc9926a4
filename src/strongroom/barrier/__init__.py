"""Encryption between the services and the store, the cache, and transactions."""

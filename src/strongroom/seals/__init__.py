"""Seals: each wraps the root key to a public key of its own, and opens it again in its own way."""

"""The auth method of TLS client certificates."""

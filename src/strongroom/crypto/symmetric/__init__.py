"""What works with one secret key: ciphers, key wrapping, authentication codes, derivation of keys."""

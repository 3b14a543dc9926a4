"""Encrypting, decrypting, rewrapping, data keys."""

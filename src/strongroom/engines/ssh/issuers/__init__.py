"""Issuers: the key pairs that sign."""

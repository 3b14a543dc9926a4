"""Certificates that are issued for others: keys, names, extensions, and the signature of an issuer."""

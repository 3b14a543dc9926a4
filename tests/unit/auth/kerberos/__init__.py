"""Parsers and decisions of the auth method kerberos."""

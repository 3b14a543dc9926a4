"""Certificates over real TLS."""

"""Certificates and keys that no host lets in any more."""

"""Writes lists of revoked certificates out of ready entries.

Each revocation is encoded once.  A list of a million is then a concatenation, and one signature over its pieces.
"""

"""Reads questions whether certificates are revoked, and writes the answers.

The library's own reader takes one certificate of a question only, and its builder answers for one only.
"""

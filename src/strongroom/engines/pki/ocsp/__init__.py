"""Answers to clients that ask whether a certificate is revoked."""

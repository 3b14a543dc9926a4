"""Calls to AWS."""

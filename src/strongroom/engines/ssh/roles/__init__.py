"""Roles: who gets what."""

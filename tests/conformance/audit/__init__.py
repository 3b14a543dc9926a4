"""Audit devices with the receivers of others."""

"""Parsers, given what nobody would send."""

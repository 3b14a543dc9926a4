"""Engines and auth methods over a real barrier and real transactions."""

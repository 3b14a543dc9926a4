"""Passwords for one login each."""

"""Texts that clients give audit devices."""

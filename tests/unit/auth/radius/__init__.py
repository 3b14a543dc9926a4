"""Packets and decisions of the auth method radius."""

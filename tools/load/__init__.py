"""Loads on a real server, measured."""

"""Requests of programs pass through a real proxy to a real server."""

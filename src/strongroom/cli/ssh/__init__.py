"""Logging in to hosts with what an SSH secrets engine makes, and the hosts' part of it."""

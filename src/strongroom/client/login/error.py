"""What is raised when a login can't even be sent."""

from __future__ import annotations


class LoginError(Exception):
    """A login that can't go on: something is missing, or another system didn't give what it should."""

"""The auth method of GitHub's users."""

from strongroom.auth.github.method import Github

__all__ = ["Github"]

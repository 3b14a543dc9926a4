"""The auth method of roles and secret ids, for programs."""

from strongroom.auth.approle.method import AppRole

__all__ = ["AppRole"]

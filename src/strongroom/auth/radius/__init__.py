"""The auth method of names and passwords that a RADIUS server checks."""

from strongroom.auth.radius.method import Radius

__all__ = ["Radius"]

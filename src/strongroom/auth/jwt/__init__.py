"""The auth methods of tokens that others sign, and of logins at their pages."""

from strongroom.auth.jwt.method import Jwt

__all__ = ["Jwt"]

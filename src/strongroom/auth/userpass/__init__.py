"""The auth method of user names and passwords."""

from strongroom.auth.userpass.method import Userpass

__all__ = ["Userpass"]

"""The auth method of Kerberos tickets, with groups of a directory."""

from strongroom.auth.kerberos.method import Kerberos

__all__ = ["Kerberos"]

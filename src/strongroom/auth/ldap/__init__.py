"""The auth method of users of a directory, by LDAP."""

from strongroom.auth.ldap.method import Ldap

__all__ = ["Ldap"]

"""The secrets engine of accounts in a directory, by LDAP."""

from strongroom.engines.ldap.engine import Ldap

__all__ = ["Ldap"]

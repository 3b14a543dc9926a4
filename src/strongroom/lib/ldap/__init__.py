"""Directories that speak LDAP: how they are reached, and what they are asked.

Blocking work runs in threads: `await directories.ask(lane, directory, lambda session: …)`.
"""

from strongroom.lib.ldap.connecting import Connecting, Dead
from strongroom.lib.ldap.directories import Directories
from strongroom.lib.ldap.directory import Directory, Tls, less_safe
from strongroom.lib.ldap.errors import BindRefused, Forbidden, OutOfReach, Refused, TooSlow
from strongroom.lib.ldap.escaping import in_dn, in_filter
from strongroom.lib.ldap.filters import check_filter
from strongroom.lib.ldap.ldif import Add, Change, Delete, Modification, Modify, Rename, parse_ldif
from strongroom.lib.ldap.names import canonical, is_name
from strongroom.lib.ldap.people import GROUP_VALUES, USER_VALUES, Lookup, Person, find, groups_of, read
from strongroom.lib.ldap.session import Entry, Session
from strongroom.lib.ldap.templates import Template, parse_template
from strongroom.lib.ldap.tls import VERSIONS, check_tls
from strongroom.lib.ldap.urls import Url, parse_urls

__all__ = [
    "GROUP_VALUES",
    "USER_VALUES",
    "VERSIONS",
    "Add",
    "BindRefused",
    "Change",
    "Connecting",
    "Dead",
    "Delete",
    "Directories",
    "Directory",
    "Entry",
    "Forbidden",
    "Lookup",
    "Modification",
    "Modify",
    "OutOfReach",
    "Person",
    "Refused",
    "Rename",
    "Session",
    "Template",
    "Tls",
    "TooSlow",
    "Url",
    "canonical",
    "check_filter",
    "check_tls",
    "find",
    "groups_of",
    "in_dn",
    "in_filter",
    "is_name",
    "less_safe",
    "parse_ldif",
    "parse_template",
    "parse_urls",
    "read",
]

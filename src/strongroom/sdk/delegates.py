"""Logins that an engine leaves to auth methods, for protocols whose clients have no tokens."""

from __future__ import annotations

import msgspec


class Delegates(msgspec.Struct, frozen=True, kw_only=True):
    """By which auth mounts of its namespace a client without a token is logged in.

    The engine never sees the credentials.  Its mount has to name the accessors in `delegated_auth_accessors`, and the
    policies of the login have to allow the request: the login is no way around them.
    """

    password: str = ""
    """The accessor of a mount of `userpass`, for a client with HTTP Basic credentials; empty for none."""
    certificate: str = ""
    """The accessor of a mount of `cert`, for a client with a TLS certificate and no other credentials."""
    certificate_role: str = ""
    """The role of that mount; empty for any."""
    realm: str = ""
    """What a client without credentials is told to log in to.  Source: RFC 7617, section 2"""

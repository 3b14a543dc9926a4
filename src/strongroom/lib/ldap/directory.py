"""How a directory is reached."""

from __future__ import annotations

import msgspec

from strongroom.lib.ldap.urls import Url

ADDRESS_S = 5.0
"""For one address to take a connection, and for its part of TLS, if `connect_s` isn't less."""


class Tls(msgspec.Struct, frozen=True, kw_only=True):
    """What is trusted of a directory, and shown to it."""

    verify: bool = True
    """Whether the directory's certificate is checked.  Without, whoever is between reads all passwords."""
    ca_pem: str = ""
    """The only authorities to trust, in PEM; empty for those of the operating system."""
    client_cert_pem: str = ""
    client_key_pem: str = ""
    min_version: str = "tls12"
    max_version: str = "tls13"

    def __repr__(self) -> str:
        return f"Tls(verify={self.verify})"


class Directory(msgspec.Struct, frozen=True, kw_only=True):
    """How a directory is reached."""

    urls: tuple[Url, ...]
    """All of one directory; the next one is tried when one can't be reached."""
    starttls: bool = False
    tls: Tls = Tls()
    connect_s: float = 30.0
    """For all addresses together."""
    request_s: float = 90.0
    """For everything that one request needs of the directory, in seconds."""
    page_size: int = 0
    """Entries that the directory is asked for at once; 0 for all."""
    dereference: str = "never"
    """Whether aliases are followed: `never`, `finding`, `searching`, `always`."""

    def __repr__(self) -> str:
        return f"Directory({', '.join(map(str, self.urls))})"


def less_safe(before: Directory, after: Directory) -> str:
    """What makes it possible that others than before get what is sent; empty if nothing does.  (p)

    Whoever may change a configuration can't read the password in it, and could have it sent to a server of theirs.
    """
    if not set(after.urls) <= set(before.urls):
        return "another url"
    if before.starttls and not after.starttls and not all(url.tls for url in after.urls):
        return "starttls=false"
    if before.tls.verify and not after.tls.verify:
        return "insecure_tls=true"
    return ""

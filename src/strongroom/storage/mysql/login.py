"""Where the database is, and who logs in there (pure)."""

from __future__ import annotations

import re
from ipaddress import ip_address

import msgspec

from strongroom.lib.mysql.tls import TlsSettings
from strongroom.lib.secret import Secret

PORT = 3306
_NAMED = re.compile(r"(tcp|unix)\((.*)\)")
_HOST_PORT = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/\[\]()@]+))(?::([0-9]{1,5}))?")

Address = str | tuple[str, int]
"""The path of a socket, or host and port."""


class LoginError(ValueError):
    """The settings name no database that may be logged in to; the text says what to change."""


class Login(msgspec.Struct, frozen=True):
    """Who logs in, and where."""

    addresses: tuple[Address, ...]
    """Tried in this order."""
    user: str
    password: Secret
    tls: TlsSettings | None = None
    """None: the connection isn't encrypted."""
    plaintext: bool = False
    """Whether the operator allows that the password goes to whoever answers without TLS."""

    def __repr__(self) -> str:
        return f"Login({', '.join(map(place, self.addresses))})"


def login_of(address: str, user: str, password: str, ca_pem: str | None, *, plaintext: bool) -> Login:
    """A login from the settings of a stanza.

    Without an authority's certificate, servers on this machine are spoken to without TLS.  All others need a
    certificate of the system's authorities, unless the operator allows plaintext.

    Args:
        address: `host:port` or the path of a socket; several with commas between them.
        ca_pem: what vouches for the server; None if nothing was configured.
        plaintext: whether a connection to another machine may go without encryption.

    Raises: `LoginError`.
    """
    addresses = tuple(_address(part.strip()) for part in address.split(","))
    if not user:
        raise LoginError("a username is missing")
    if ca_pem is not None:
        tls: TlsSettings | None = TlsSettings(ca_pem=ca_pem)
    elif plaintext or all(map(_is_near, addresses)):
        tls = None
    else:
        tls = TlsSettings()
    return Login(addresses, user, Secret(password.encode("utf-8", "surrogatepass")), tls, plaintext)


def place(address: Address) -> str:
    """An address as text."""
    if isinstance(address, str):
        return address
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _address(text: str) -> Address:
    if named := _NAMED.fullmatch(text):
        kind, text = named.groups()
        if kind == "unix" and not text.startswith("/"):
            raise LoginError("the path of a socket starts with /")
    if text.startswith("/"):
        return text
    match = _HOST_PORT.fullmatch(text)
    if match is None or not 0 < int(match[3] or PORT) < 65_536:
        raise LoginError("an address is `host:port` or the path of a socket, and several have commas between them")
    return match[1] or match[2], int(match[3] or PORT)


def _is_near(address: Address) -> bool:
    """Whether it is on this machine."""
    if isinstance(address, str) or address[0] == "localhost":
        return True
    try:
        return ip_address(address[0]).is_loopback
    except ValueError:
        return False

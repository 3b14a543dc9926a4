"""The addresses of a directory: one URL, or several with commas between them (pure).

Source: RFC 4516, section 2
"""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec

from strongroom.lib.errors import InvalidRequest

MOST_URLS = 16
_URL_BYTES = 512
_PORTS = {"ldap": 389, "ldaps": 636}


class Url(msgspec.Struct, frozen=True):
    """Where a directory listens."""

    host: str
    """A name or an address, without brackets."""
    port: int
    tls: bool
    """Whether the connection begins with TLS."""

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'ldaps' if self.tls else 'ldap'}://{host}:{self.port}"


def parse_urls(text: str) -> tuple[Url, ...]:
    """The URLs of a text, in its order.  Raises `InvalidRequest` for one that isn't a directory's."""
    urls = tuple(dict.fromkeys(_url(part.strip()) for part in text.split(",")))
    if len(urls) > MOST_URLS:
        raise InvalidRequest(f"url has more than {MOST_URLS} addresses")
    return urls


def _url(text: str) -> Url:
    try:
        parts = urlsplit(text if len(text) <= _URL_BYTES and text.isprintable() else "")
        host, port = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError as error:
        raise InvalidRequest(_NOT_ONE) from error
    if parts.scheme not in _PORTS or not host or any(c in " \\^|\"'<>%" for c in host) or port == 0:
        raise InvalidRequest(_NOT_ONE)
    if parts.username is not None or parts.password is not None:
        raise InvalidRequest("url must not hold a user's name or password")
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise InvalidRequest("url holds more than scheme, host and port; use userdn, userfilter and their like")
    return Url(host=host, port=port or _PORTS[parts.scheme], tls=parts.scheme == "ldaps")


_NOT_ONE = "url must consist of addresses that begin with ldaps:// or ldap://, with commas between them"

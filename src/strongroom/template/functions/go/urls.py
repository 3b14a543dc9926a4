"""Go's package `net/url`, as far as a URL's parts go.

Source: https://pkg.go.dev/net/url#URL
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address
from urllib.parse import quote_from_bytes, unquote_to_bytes

from strongroom.template.values import data_of, text_of

_CONTROL = re.compile("[\x00-\x1f\x7f]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*(?=:)")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ASCII_ESCAPE = re.compile(r"%(?!25)[0-7]")
_IN_HOST = "!$&'()*+,;=:[]<>\""
_IN_PATH = "$&+,/:;=@"
_IN_USER = "$&+,;="
_IN_FRAGMENT = "$&+,/:;=?@!()*"
_NOT_OF_HOST = re.compile(r"[^A-Za-z0-9\-._~!$&'()*+,;=:\[\]<>\"%\x80-\U0010ffff]")
_NOT_OF_USER = re.compile(r"[^A-Za-z0-9\-._:~!$&'()*+,;=%@]")
_PORT = re.compile(r"(?::[0-9]*)?")


class NotAUrl(ValueError):
    """A text is no URL.  The message doesn't have it: it may have a password."""


@dataclass(frozen=True, slots=True)
class GoUrl:
    """A URL's parts, unescaped but for the query and the user."""

    scheme: str = ""
    opaque: str = ""
    user: str = ""
    host: str = ""
    path: str = ""
    query: str = ""
    fragment: str = ""

    @property
    def hostname(self) -> str:
        """The host without its port, and without an address's brackets."""
        name = self.host
        head, colon, port = name.rpartition(":")
        if colon and _PORT.fullmatch(colon + port):
            name = head
        return name[1:-1] if name.startswith("[") and name.endswith("]") else name

    def text(self) -> str:
        """The URL as one text."""
        start = f"{self.scheme}:" if self.scheme else ""
        middle = self.opaque or self._authority() + self._path(relative=not (start or self.host or self.user))
        query = f"?{self.query}" if self.query else ""
        fragment = f"#{_escaped(self.fragment, _IN_FRAGMENT)}" if self.fragment else ""
        return start + middle + query + fragment

    def _authority(self) -> str:
        if not (self.user or self.host or (self.scheme and self.path)):
            return ""
        user = f"{self.user}@" if self.user else ""
        return f"//{user}{_escaped(self.host, _IN_HOST)}"

    def _path(self, *, relative: bool) -> str:
        path = "*" if self.path == "*" else _escaped(self.path, _IN_PATH)
        if path and not path.startswith("/") and self.host:
            return "/" + path
        # Else its first part would be taken for a scheme.
        return "./" + path if relative and ":" in path.partition("/")[0] else path


def parse_url(text: str) -> GoUrl:
    """`url.Parse`.  Raises `NotAUrl`."""
    rest, _, fragment = text.partition("#")
    if _CONTROL.search(rest):
        raise NotAUrl("net/url: invalid control character in URL")
    fragment = _unescaped(fragment)
    if rest == "*":
        return GoUrl(path="*", fragment=fragment)
    if rest.startswith(":"):
        raise NotAUrl("missing protocol scheme")
    found = _SCHEME.match(rest)
    scheme = found.group().lower() if found else ""
    rest, _, query = (rest[found.end() + 1 :] if found else rest).partition("?")
    if scheme and not rest.startswith("/"):
        return GoUrl(scheme=scheme, opaque=rest, query=query, fragment=fragment)
    if not rest.startswith("/") and ":" in rest.partition("/")[0]:
        raise NotAUrl("first path segment in URL cannot contain colon")
    user = host = ""
    if rest.startswith("//") and (scheme or not rest.startswith("///")):
        authority, slash, below = rest[2:].partition("/")
        rest = slash + below
        before, at, after = authority.rpartition("@")
        host = _host(scheme, after)
        user = parse_user(before) if at else ""
    return GoUrl(scheme, "", user, host, _unescaped(rest), query, fragment)


def parse_user(text: str) -> str:
    """A user's name and password as a URL's text has them.  Raises `NotAUrl`."""
    if _NOT_OF_USER.search(text):
        raise NotAUrl("net/url: invalid userinfo")
    name, colon, password = text.partition(":")
    return _escaped(_unescaped(name), _IN_USER) + colon + _escaped(_unescaped(password), _IN_USER)


def _host(scheme: str, text: str) -> str:
    if "[" in text:
        return _address(text)
    _, colon, port = text.partition(":") if scheme in {"http", "https"} else text.rpartition(":")
    if not _PORT.fullmatch(colon + port if colon else ""):
        raise NotAUrl("invalid port after host")
    return _unescaped_host(text)


def _address(text: str) -> str:
    """An IPv6 address in brackets, perhaps with a zone, and a port."""
    inner, bracket, port = text[1:].rpartition("]")
    if not text.startswith("[") or not bracket or "[" in inner:
        raise NotAUrl("invalid IP-literal")
    if not _PORT.fullmatch(port):
        raise NotAUrl("invalid port after host")
    address, percent, zone = inner.partition("%25")
    name = _unescaped_host(address) + (f"%{_unescaped(zone)}" if percent else "")
    try:
        IPv6Address(name)
    except AddressValueError:
        raise NotAUrl("invalid host") from None
    return f"[{name}]{port}"


def _unescaped_host(text: str) -> str:
    if _ASCII_ESCAPE.search(text):
        raise NotAUrl("invalid URL escape")
    if _NOT_OF_HOST.search(text):
        raise NotAUrl("invalid character in host name")
    return _unescaped(text)


def _unescaped(text: str) -> str:
    if _BAD_ESCAPE.search(text):
        raise NotAUrl("invalid URL escape")
    return text_of(unquote_to_bytes(data_of(text))) if "%" in text else text


def _escaped(text: str, kept: str) -> str:
    return quote_from_bytes(data_of(text), safe=kept)

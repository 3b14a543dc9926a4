"""Passwords within a `connection_url`, which nobody is shown (pure).

A URL and keywords are read as the driver reads them: what is a password there has to be one here, with all its signs.

Source: https://www.postgresql.org/docs/current/libpq-connect.html, https://github.com/go-sql-driver/mysql#dsn-data-source-name
"""

from __future__ import annotations

import re
from urllib.parse import unquote

HIDDEN = "xxxxx"
_SECRET = frozenset({"password", "passwd", "pwd", "sslpassword", "scram_client_key", "scram_server_key"})
_PLACE = re.compile(r"\{\{\s*password\s*\}\}")
_KEYWORD = re.compile(
    rf"\b({'|'.join(sorted(_SECRET, key=len, reverse=True))})(\s*=\s*)('(?:[^'\\]|\\.)*'|(?:[^\s'\\]|\\.)*)",
    re.IGNORECASE | re.DOTALL,
)
_GO = re.compile(r"^([^\s/?#:@=]*:)(?!//)(.+)(@\w*\()", re.DOTALL)
"""Of Go's names for MySQL."""


def has_password(url: str) -> bool:
    """Whether a connection's URL holds a password, instead of `{{password}}`."""
    return without_password(url) != url


def without_password(url: str) -> str:
    """A connection's URL without the password that may be in it."""
    if "://" in url.partition("=")[0]:
        return _of_url(url)
    if (go := _GO.match(url)) is not None:
        return f"{go[1]}{_hidden(go[2])}{url[go.start(3) :]}"
    return _KEYWORD.sub(lambda found: f"{found[1]}{found[2]}{_hidden(found[3])}", url)


def _of_url(url: str) -> str:
    scheme, sign, rest = url.partition("://")
    place, question, query = rest.partition("?")
    user, at, where = place.rpartition("@")
    name, colon, password = user.partition(":")
    pairs = "&".join(_pair(pair) for pair in query.split("&"))
    return f"{scheme}{sign}{name}{colon}{_hidden(password)}{at}{where}{question}{pairs}"


def _pair(text: str) -> str:
    name, equals, value = text.partition("=")
    return f"{name}{equals}{_hidden(value)}" if unquote(name).strip().lower() in _SECRET else text


def _hidden(password: str) -> str:
    return HIDDEN if password and not _PLACE.fullmatch(password) else password

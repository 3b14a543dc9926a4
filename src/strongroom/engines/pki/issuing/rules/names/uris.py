"""Alternative names that are URIs (p).  Source: RFC 5280, section 4.2.1.6"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from strongroom.engines.pki.issuing.rules.context import Context
from strongroom.engines.pki.issuing.rules.globs import fits
from strongroom.engines.pki.issuing.rules.templates import filled_in
from strongroom.engines.pki.issuing.rules.verdicts import Verdict
from strongroom.engines.pki.roles.records import RoleRecord

URI_CHARACTERS: Final = 2048
# Absolute, and without what RFC 3986 has only as percent-encoded: blanks, quotes, braces.
_URI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+", re.ASCII)

_ESCAPED: Final = {"%2e": ".", "%2f": "/", "%5c": "/"}
"""Many resolve them first, and take a backslash for a slash."""


def uri(role: RoleRecord, context: Context, text: str, *, csr: bool = False) -> Verdict:
    """What the rules say of a URI.  `csr`: whether a certificate request names it."""
    via = "CSR" if csr else "the API"
    if not role.allowed_uri_sans:
        return _refused(
            text,
            f"URI Subject Alternative Names are not allowed in this role, but were provided via {via}: "
            f"allowed_uri_sans is empty, and {text[:256]} was asked for",
        )
    if not _is_uri(text):
        return _refused(text, f'the provided URI Subject Alternative Name "{text[:256]}" is not a valid URI')
    if _climbs(text):
        # Whoever resolves it reads another one than the patterns do.
        return _refused(text, f'the URI "{text[:256]}" has a part of its path that is . or .. and stands for others')
    for pattern in role.allowed_uri_sans:
        filled = filled_in(role, context, pattern) if role.allowed_uri_sans_template else pattern
        if filled and _fits(filled, text):
            return Verdict(kind="uri", name=text, rule=f"allowed_uri_sans ({filled})", written=text)
    listed = ", ".join(role.allowed_uri_sans)
    return _refused(
        text,
        f"URI Subject Alternative Names were provided via {via} which are not valid for this role: "
        f"{text[:256]} doesn't fit allowed_uri_sans ({listed[:256]})",
    )


def _is_uri(text: str) -> bool:
    if len(text) > URI_CHARACTERS or _URI.fullmatch(text) is None:
        return False
    try:
        # A port or an IPv6 address that can't be read raises.
        urlsplit(text).port  # noqa: B018
    except ValueError:
        return False
    return True


def _climbs(text: str) -> bool:
    """Whether a URI with a host has a `.` or `..` in its path, escaped or not.  Source: RFC 3986, section 6.2.2.3"""
    path = text.partition("?")[0].partition("#")[0].partition("://")[2]
    for escaped, sign in _ESCAPED.items():
        path = path.replace(escaped, sign).replace(escaped.upper(), sign)
    return any(part in {".", ".."} for part in path.split("/")[1:])


def _fits(pattern: str, text: str) -> bool:
    """Whether a URI fits a pattern, its host that of the pattern's host.

    Otherwise `https://*.example.com/*` would fit `https://evil.org/.example.com/`.  A pattern that ends in its host
    with a `*` takes any path.
    """
    scheme, names_host, rest = pattern.partition("://")
    if not names_host:
        return fits(pattern, text)
    given_scheme, names_host, given_rest = text.partition("://")
    if not names_host or ":" in given_scheme or not fits(scheme, given_scheme):
        return False
    (host, path), (given_host, given_path) = _divided(rest), _divided(given_rest)
    if "@" in given_host and "@" not in host:
        return False  # whoever reads `https://a.example.com@evil.org` goes to evil.org
    return fits(host, given_host) and (fits(path, given_path) or (host.endswith("*") and not path))


def _divided(rest: str) -> tuple[str, str]:
    """What is in front of the path, the query and the fragment, and these.  Source: RFC 3986, section 3.2"""
    end = next((at for at, sign in enumerate(rest) if sign in "/?#"), len(rest))
    return rest[:end], rest[end:]


def _refused(text: str, why: str) -> Verdict:
    return Verdict(kind="uri", name=text, refusal=why)

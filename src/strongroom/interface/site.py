"""Answers with the files of the web interface, from memory (pure).

Nothing here depends on the node's state: the files hold no secret, and can be read while the node is sealed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from strongroom.interface.encodings import best

PREFIX: Final = "/ui/"
"""Where the interface is."""
PAGE: Final = "index.html"
"""The file that every address of a page answers with.  The page itself reads the address."""
ASSETS: Final = "assets/"
"""Where files are whose names change with their contents."""

_DOORS: Final = frozenset({"/", "/ui"})
"""What leads to the interface."""
_READS: Final = frozenset({"GET", "HEAD"})
_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Scripts, styles and requests of this server alone, no frame around them, and nothing that is written into a page."""
_SAFE: Final = (
    ("Content-Security-Policy", _POLICY),
    ("Cross-Origin-Opener-Policy", "same-origin-allow-popups"),  # a provider's login page is one
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ("Referrer-Policy", "no-referrer"),
    ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
)
_ALWAYS: Final = ("Cache-Control", "public, max-age=31536000, immutable")
_ASK_AGAIN: Final = ("Cache-Control", "no-cache")
_AWAITING: Final = b"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="5">
<title>Strongroom</title>
</head>
<body>
<h1>The server can't reach its store</h1>
<p>Nothing can be read or written until it can. This page asks again every five seconds.</p>
</body>
</html>
"""
"""What people see while it can't be found out which headers the interface's answers have."""


class Variant(msgspec.Struct, frozen=True):
    """A file in one encoding."""

    body: bytes
    tag: str
    """Its entity tag, with the quotation marks."""


class File(msgspec.Struct, frozen=True):
    """A file of the interface."""

    type: str
    """Its content type."""
    variants: Mapping[str, Variant]
    """By content encoding; the empty one is the file as it is."""


class Page(msgspec.Struct, frozen=True):
    """An answer: status, header fields and body.  The body is there for HEAD, too; the listener leaves it out."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""


class Site:
    """The files of the interface.

    Args:
        files: by their place below `/ui/`; `PAGE` is one of them.
    """

    def __init__(self, files: Mapping[str, File]) -> None:
        self._files = files
        self._page = files[PAGE]

    def has(self, path: str) -> bool:
        """Whether a path is the interface's.

        Args:
            path: as it was sent, without the query.
        """
        return path in _DOORS or path.startswith(PREFIX)

    def answer(self, method: str, path: str, headers: Mapping[str, str]) -> Page | None:
        """The answer to a request; None for what isn't the interface's.

        Args:
            path: as it was sent, without the query.
            headers: those of the request, names in lower case.
        """
        if path in _DOORS:
            # A POST to `/` stays the mistake that it is without an interface.
            return Page(307, (("Location", PREFIX), _ASK_AGAIN, *_SAFE)) if method in _READS else None
        if not path.startswith(PREFIX):
            return None
        if method not in _READS:
            return Page(405, (("Allow", "GET, HEAD"), _ASK_AGAIN, *_SAFE))
        place = path[len(PREFIX) :]
        file = self._files.get(place)
        if file is not None:
            return _of(file, _ALWAYS if place.startswith(ASSETS) else _ASK_AGAIN, headers)
        if place.startswith(ASSETS):
            # A file of another release.  The page of this one in its place would be read as a script.
            return Page(404, (_ASK_AGAIN, *_SAFE))
        return _of(self._page, _ASK_AGAIN, headers)

    def awaiting(self, path: str, headers: Mapping[str, str]) -> Page | None:
        """What a browser shows in place of the interface while the store fails; None where nobody would read it.

        Args:
            path: as it was sent, without the query.
            headers: those of the request, names in lower case.
        """
        if path.startswith(PREFIX + ASSETS) or "text/html" not in headers.get("accept", ""):
            return None
        shown = (("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store"), ("Retry-After", "5"))
        return Page(503, (*shown, *_SAFE), _AWAITING)


def _of(file: File, cache: tuple[str, str], headers: Mapping[str, str]) -> Page:
    encoding = best(file.variants, headers.get("accept-encoding", ""))
    variant = file.variants[encoding]
    fields = (("ETag", variant.tag), cache, ("Vary", "Accept-Encoding"), *_SAFE)
    if _matches(headers.get("if-none-match", ""), variant.tag):
        return Page(304, fields)
    encoded = (("Content-Encoding", encoding),) if encoding else ()
    return Page(200, (("Content-Type", file.type), *encoded, *fields), variant.body)


def _matches(wanted: str, tag: str) -> bool:
    """Whether a client has what would be sent.  Source: RFC 9110, section 13.1.2"""
    return wanted.strip() == "*" or tag in {part.strip().removeprefix("W/") for part in wanted.split(",")}

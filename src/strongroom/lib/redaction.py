"""Removes secrets from texts of other libraries (pure).

libpq quotes connection strings, URL parsers quote URLs, OpenSSL quotes its input.  Their texts help the operator, so
they are shown, without known secrets and without anything in an address that looks like a password.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import quote, quote_plus

HIDDEN: Final = "[hidden]"
_LEAST_CHARACTERS: Final = 4
"""A shorter text is hardly a secret, and hiding it everywhere would make other texts unreadable."""
_PLACES: Final = (
    # Each has a bound, because texts of clients are logged too, and backtracking takes time. Any scheme but those of
    # the web: a password may hold each sign but a blank.
    (re.compile(r"\b(postgres(?:ql)?|mysql|redis|amqp)://[^\s\"'<>]{0,1024}@", re.IGNORECASE), rf"\1://{HIDDEN}@"),
    (re.compile(r"(://)[^\s/?#\"'@:]{0,256}:[^\s/\"']{0,1024}@"), rf"\1{HIDDEN}@"),
    (
        re.compile(r"\b(password|passwd|sslpassword|pwd)(\s*=\s*)('(?:[^'\\]|\\.){0,256}'|[^\s&\"']+)", re.IGNORECASE),
        rf"\1\2{HIDDEN}",
    ),
)


class Redaction:
    """Hides secrets in texts.

    Args:
        secrets: the known secrets.  Each is hidden in its plain form and in the forms of URLs and JSON.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        spelled = {
            form for secret in secrets if len(secret) >= _LEAST_CHARACTERS for form in _spellings(secret) if form
        }
        # The longer of two with the same beginning comes first, or its rest would stay visible.
        ordered = sorted(spelled, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def __repr__(self) -> str:
        return "Redaction()"

    def text(self, text: str) -> str:
        """The text without secrets."""
        if self._known is not None:
            text = self._known.sub(HIDDEN, text)
        if "://" in text or "=" in text:
            for pattern, instead in _PLACES:
                text = pattern.sub(instead, text)
        return text

    def value(self, value: Any) -> Any:
        """The same for every text in lists and dictionaries."""
        match value:
            case str():
                return self.text(value)
            case dict():
                return {key: self.value(item) for key, item in value.items()}
            case list() | tuple():
                return [self.value(item) for item in value]
        return value


def _spellings(secret: str) -> tuple[str, ...]:
    quoted = json.dumps(secret)[1:-1]
    unicode = secret.encode("unicode_escape").decode()
    return secret, quote(secret, safe=""), quote(secret), quote_plus(secret), quoted, unicode, repr(secret)[1:-1]

"""Texts of other libraries without the secrets that they may quote (p).

libpq quotes connection strings, a URL's parser the URL, OpenSSL what it was given.  Their texts help the operator, so
they are shown, with each known secret and whatever looks like a password in an address taken out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import quote, quote_plus

HIDDEN: Final = "[hidden]"
_LEAST_CHARACTERS: Final = 4
"""A shorter text is no secret worth the name, and hiding it everywhere would make other texts unreadable."""
_PLACES: Final = (
    # Each with a bound, as texts of clients are logged too, and what is tried again and again takes time.
    # Any scheme but those of the web: a password may hold each sign but a blank.
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
        secrets: what is known to be secret; each is hidden as it is, and as URLs and JSON write it.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        spelled = {
            form for secret in secrets if len(secret) >= _LEAST_CHARACTERS for form in _spellings(secret) if form
        }
        # Of two that begin alike the longer one, or the rest of it would stay.
        ordered = sorted(spelled, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def __repr__(self) -> str:
        return "Redaction()"

    def text(self, text: str) -> str:
        """The text without them."""
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

"""One form for the names that a directory takes for the same (pure).

Directories ignore case, repeated spaces and spaces at either end, and compare characters that only look different.  A
count of failed logins, or an identity, must not depend on such a spelling.

Source: RFC 4518, section 2
"""

from __future__ import annotations

import re
import unicodedata

_IGNORED = re.compile("[\u034f\u1806\u180b-\u180f\ufe00-\ufe0f\ufffc\U000e0100-\U000e01ef]")
_NEVER = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def canonical(text: str, *, case_matters: bool = False) -> str:
    """The text as directories compare it; empty for one of spaces only.

    Letters are folded one by one: `ß` stays, because directories tell it from `ss`, and two users must not become one.
    """
    text = unicodedata.normalize("NFKC", text)
    if not case_matters:
        text = unicodedata.normalize("NFKC", "".join(map(_folded, text)))
    return " ".join(text.split())


def _folded(character: str) -> str:
    folded = character.casefold()
    return folded if len(folded) == 1 else character.lower()


def is_name(text: str) -> bool:
    """Whether the text can be the name of somebody who logs in.

    Characters that nobody sees are none of a name: directories skip them, so that each of them makes another spelling.
    """
    return (
        bool(text.strip())
        and _IGNORED.search(text) is None
        and not any(unicodedata.category(character) in _NEVER for character in text)
    )

"""Host names of other systems (pure)."""

from __future__ import annotations

import re

from strongroom.lib.errors import InvalidRequest

_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*(?::[0-9]{{1,5}})?")
_FIRST_LABEL = re.compile(_LABEL)


def check_host(what: str, text: str) -> None:
    """Raise `InvalidRequest` unless a text is a host name, with or without a port.

    It becomes part of a URL, and nothing else than the host may be chosen by it.
    """
    if _HOST.fullmatch(text) is None:
        raise InvalidRequest(f"{what} is no host name")


def check_label(what: str, text: str) -> None:
    """Raise `InvalidRequest` unless a text is one label of a host name."""
    if _FIRST_LABEL.fullmatch(text) is None:
        raise InvalidRequest(f"{what} is no part of a host name")

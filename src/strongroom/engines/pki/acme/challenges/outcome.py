"""What an attempt to prove an identifier came to."""

from __future__ import annotations

from typing import Any

from strongroom.engines.pki.acme.problems import NAMESPACE

_MOST_SHOWN = 100


class Failed(Exception):
    """The identifier was not proved.

    Args:
        kind: the type of the problem. detail: for the client. final: whether another attempt is useless.
    """

    def __init__(self, kind: str, detail: str, *, final: bool = False) -> None:
        super().__init__(kind)
        self.kind = kind
        self.detail = detail
        self.final = final

    def document(self) -> dict[str, Any]:
        """The problem document."""
        return {"type": NAMESPACE + self.kind, "detail": self.detail}


def shortened(text: str) -> str:
    """What was found instead, as it may be shown.  (p)"""
    clean = "".join(sign if sign.isprintable() else "?" for sign in text[: _MOST_SHOWN + 1])
    return clean if len(text) <= _MOST_SHOWN else f"{clean[:_MOST_SHOWN]}…"

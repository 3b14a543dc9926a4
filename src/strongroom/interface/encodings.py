"""Which of a file's encodings a client is sent (pure)."""

from __future__ import annotations

from collections.abc import Container
from typing import Final

_BY_SIZE: Final = ("br", "gzip")
"""Those that files are kept in, the smallest first."""


def best(kept: Container[str], accepted: str) -> str:
    """The smallest encoding that a client takes; empty for the file as it is.

    Args:
        kept: those of the file.
        accepted: the client's `Accept-Encoding`; empty without one.

    Source: RFC 9110, section 12.5.3
    """
    weights = dict(_weight(part) for part in accepted.lower().split(",") if part.strip())
    others = weights.get("*", 0.0)
    return next((name for name in _BY_SIZE if name in kept and weights.get(name, others) > 0), "")


def _weight(part: str) -> tuple[str, float]:
    """A coding and its weight.  One with a weight that can't be read isn't used."""
    name, _, parameter = part.partition(";")
    key, given, value = parameter.partition("=")
    if not given:
        return name.strip(), 1.0
    try:
        return name.strip(), float(value) if key.strip() == "q" else 0.0
    except ValueError:
        return name.strip(), 0.0

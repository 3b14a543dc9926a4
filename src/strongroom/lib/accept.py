"""Chooses the form of a response by the client's `Accept` field (pure).

Source: RFC 9110, section 12.5.1
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

_MAX_CHARACTERS: Final = 2048
_MAX_RANGES: Final = 32
_RANGE = re.compile(r"[^\s,;/\"]+/[^\s,;/\"]+")
_QUALITY = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")
# Atomic groups: of quotation marks without an end, each way to pair them would be tried otherwise.
_PART = re.compile(r'((?>(?:[^,;"]|"(?>(?:[^"\\]|\\.)*)")*))([,;]|\Z)')


@dataclass(frozen=True, slots=True)
class Form:
    """A possible form of a response."""

    name: str
    """The name that `preferred` returns."""
    type: str
    """The media type, without parameters."""
    parameters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The parameters that a client may ask for, and their allowed values."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    type: str
    parameters: dict[str, str]
    quality: float


def preferred(accept: str, forms: Sequence[Form]) -> str:
    """The name of the form that a client prefers; the first form if it names none of them.

    Of two equal preferences, the more exact one wins, then the first one.

    Args:
        accept: the field's value, repetitions joined by commas.
    """
    wanted = _ranges(accept) if len(accept) <= _MAX_CHARACTERS else []
    best, chosen = (0.0, 0, 0), forms[0].name
    for form in forms:
        # The most exact matching range decides, whatever a wider one says.
        fitting = [(_exactness(each, form), -at, each.quality) for at, each in enumerate(wanted)]
        exact, at, quality = max((fit for fit in fitting if fit[0]), default=(0, 0, 0.0))
        if quality and (quality, exact, at) > best:
            best, chosen = (quality, exact, at), form.name
    return chosen


def _exactness(wanted: _Wanted, form: Form) -> int:
    """How exactly a range names a form: 0 for not at all."""
    if wanted.type == "*/*":
        return 1
    kind, _, rest = wanted.type.partition("/")
    if rest == "*":
        return 2 if form.type.startswith(f"{kind}/") else 0
    fits = wanted.type == form.type and all(
        value in form.parameters.get(name, ()) for name, value in wanted.parameters.items()
    )
    return 3 + len(wanted.parameters) if fits else 0


def _ranges(accept: str) -> list[_Wanted]:
    found: list[_Wanted] = []
    parts: list[str] = []
    at = 0
    while at <= len(accept) and len(found) < _MAX_RANGES:
        match = _PART.match(accept, at)
        if match is None:
            break  # a quotation mark without its end: what follows means nothing
        at = match.end() if match[2] else len(accept) + 1
        parts.append(match[1].strip())
        if match[2] == ";":
            continue
        if (wanted := _range(parts)) is not None:
            found.append(wanted)
        parts = []
    return found


def _range(parts: list[str]) -> _Wanted | None:
    """One range with its parameters; None if it is malformed, and so ignored."""
    if not _RANGE.fullmatch(parts[0]):
        return None
    parameters: dict[str, str] = {}
    for part in filter(None, parts[1:]):
        name, _, value = part.partition("=")
        value = value.strip().strip('"')
        if name.strip().lower() == "q":
            # What follows the quality belongs to the field, not to the type.
            return _Wanted(parts[0].lower(), parameters, float(value)) if _QUALITY.fullmatch(value) else None
        parameters[name.strip().lower()] = value.lower()
    return _Wanted(parts[0].lower(), parameters, 1.0)

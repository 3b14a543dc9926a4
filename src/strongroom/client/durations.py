"""Durations as Go and Vault write them.  (p)"""

from __future__ import annotations

import re

_UNIT_NS = {"ns": 1, "us": 1_000, "µs": 1_000, "ms": 1_000_000, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_DAY_NS = 24 * 3600 * 10**9
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h|d)")


def parse_nanoseconds(text: str) -> int:
    """The nanoseconds of `90`, `90s`, `1h30m` or `2d`.  A bare number is in seconds.  Raises `ValueError`."""
    sign, bare = (-1, text[1:]) if text.startswith("-") else (1, text.removeprefix("+"))
    if bare.isdecimal() and bare.isascii():
        return sign * int(bare) * 10**9
    total, position = 0, 0
    for part in _PART.finditer(bare):
        if part.start() != position:
            break
        position = part.end()
        unit = _DAY_NS if part[2] == "d" else _UNIT_NS[part[2]]
        whole, _, fraction = part[1].partition(".")
        total += int(whole or "0") * unit
        if fraction:
            total += int(fraction) * unit // 10 ** len(fraction)
    if not bare or position != len(bare):
        raise ValueError(f'time: invalid duration "{text}"')
    return sign * total


def parse_seconds(text: str) -> float:
    """The seconds of `90`, `90s`, `1h30m` or `2d`.  Raises `ValueError`."""
    return parse_nanoseconds(text) / 10**9


def go_text(nanoseconds: int) -> str:
    """A duration as Go prints it: `0s`, `1m30s`, `24h0m0s`, `1.5s`, `20ms`."""
    if nanoseconds == 0:
        return "0s"
    sign, rest = ("-", -nanoseconds) if nanoseconds < 0 else ("", nanoseconds)
    if rest < 10**9:
        unit, size = next((u, s) for u, s in (("ms", 10**6), ("µs", 10**3), ("ns", 1)) if rest >= s)
        return sign + _decimal(rest, size) + unit
    minutes, rest = divmod(rest, 60 * 10**9)
    hours, minutes = divmod(minutes, 60)
    seconds = _decimal(rest, 10**9) + "s"
    if hours:
        return f"{sign}{hours}h{minutes}m{seconds}"
    return f"{sign}{minutes}m{seconds}" if minutes else sign + seconds


def _decimal(value: int, unit: int) -> str:
    whole, rest = divmod(value, unit)
    digits = str(rest).zfill(len(str(unit)) - 1).rstrip("0") if rest else ""
    return f"{whole}.{digits}" if digits else str(whole)


def short_text(seconds: int) -> str:
    """Seconds as a person reads them: `0s`, `30s`, `1m`, `1h30m`, `768h`; parts that are zero are left out."""
    text = go_text(seconds * 10**9)
    if text.endswith("m0s"):
        text = text.removesuffix("0s")
    if text.endswith("h0m"):
        text = text.removesuffix("0m")
    return text

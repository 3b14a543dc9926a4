"""What is in memory in clear, as a dump of it would show."""

from __future__ import annotations

import gc


def reached(value: object) -> list[bytes]:
    """Every text and every string of bytes that a value reaches without passing through classes and functions."""
    found: list[bytes] = []
    seen: set[int] = set()
    waiting: list[object] = [value]
    while waiting:
        each = waiting.pop()
        if id(each) in seen or isinstance(each, type) or callable(each):
            continue
        seen.add(id(each))
        if isinstance(each, str | bytes | bytearray):
            found.append(each.encode("utf-8", "replace") if isinstance(each, str) else bytes(each))
        else:
            waiting += gc.get_referents(each)
    return found

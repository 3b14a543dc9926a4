"""Listings in stores whose names are sorted: a page at a time, with a jump over what has the same next segment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from strongroom.storage.keys import list_start, name_below

_FIRST_PAGE: Final = 32
_LONGEST_PAGE: Final = 1000

Page = Callable[[str, int], Awaitable[tuple[list[str], bool]]]
"""Gives the names from a text on that are below the prefix, at most so many, and whether there are more."""


async def names_by_seek(page: Page, prefix: str, after: str, limit: int | None) -> list[str]:
    """The distinct next segments below `prefix`.  Each page gives at least one that is new.

    `page` is called once at least.
    """
    names: list[str] = []
    start = list_start(prefix, after)
    size = _FIRST_PAGE
    while True:
        keys, more = await page(start, size if limit is None else min(size, max(limit - len(names), 1)))
        before = len(names)
        for key in keys:
            name = name_below(prefix, key)
            if not names or names[-1] != name:
                names.append(name)
        if limit is not None and len(names) >= limit:
            return names[:limit]
        if not more or not keys:
            return names
        # Where most keys of a page have the same next segment, a long page is wasted.
        size = min(size * 2, _LONGEST_PAGE) if len(names) - before > len(keys) // 2 else _FIRST_PAGE
        start = prefix + names[-1][:-1] + "0" if names[-1].endswith("/") else keys[-1] + "\0"


async def keys_by_page(page: Page, prefix: str, after: str, limit: int | None) -> list[str]:
    """Every name below `prefix`, as its remainder.  `page` is called once at least."""
    keys: list[str] = []
    start = prefix + after + "\0" if after else prefix
    while True:
        found, more = await page(
            start, _LONGEST_PAGE if limit is None else min(_LONGEST_PAGE, max(limit - len(keys), 1))
        )
        keys += [key[len(prefix) :] for key in found]
        if limit is not None and len(keys) >= limit:
            return keys[:limit]
        if not more or not found:
            return keys
        start = found[-1] + "\0"

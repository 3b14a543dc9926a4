"""Pages of lists: every list takes `after` and `limit`.

A path that reads no more rows than it has to declares both.  Of all other lists the server cuts the answer.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from typing import Any

from strongroom.sdk.fields import Body, Field, fields_of
from strongroom.sdk.listing import Page

PAGES: tuple[Field, ...] = fields_of(Page)
_NAMES = frozenset(field.name for field in PAGES)


@cache
def cuts_itself(body: type[Body] | None) -> bool:
    """Whether a list with this body cuts its own pages."""
    return body is not None and {field.name for field in fields_of(body)} >= _NAMES


def missing(body: type[Body] | None) -> tuple[Field, ...]:
    """The fields that a list with this body has without declaring them."""
    return () if cuts_itself(body) else PAGES


def page_of(names: list[str], page: Page) -> list[str]:
    """The part of a list that was asked for."""
    return part_of(names, page.after, page.most)


def part_of(names: list[str], after: str, limit: int | None) -> list[str]:
    """The part of a list behind a name.

    Args:
        names: sorted, unless the list has an order of its own; that one goes on behind the name, which it has.
    """
    begin = 0
    if after:
        begin = names.index(after) + 1 if after in names else bisect_right(names, after)
    return names[begin:] if limit is None else names[begin : begin + limit]


def cut(data: dict[str, Any], after: str, limit: int | None) -> dict[str, Any] | None:
    """A list's answer, cut to a page: its names, what repeats them, and what it says of each.  None if none is left."""
    names = data.get("keys")
    if not isinstance(names, list):
        return data
    kept = part_of(names, after, limit)
    if not kept:
        return None
    info = data.get("key_info")
    out = {name: kept if value == names else value for name, value in data.items()}
    if isinstance(info, dict):
        out["key_info"] = {name: info[name] for name in kept if name in info}
    return out

"""Pages of lists: every list takes `after` and `limit`."""

from __future__ import annotations

from bisect import bisect_right
from typing import Annotated

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.fields import Body, Doc


class PageBody(Body, frozen=True):
    """Which part of a list."""

    after: Annotated[str, Doc(description="List only names that come after this one.")] = ""
    limit: Annotated[int, Doc(description="The largest number of names; 0 lists all.")] = 0


def page_of(names: list[str], page: PageBody) -> list[str]:
    """The part of sorted names that was asked for.  Raises `InvalidRequest` for a negative limit."""
    begin = bisect_right(names, page.after) if page.after else 0
    return names[begin : begin + page.limit] if size_of(page) is not None else names[begin:]


def size_of(page: PageBody) -> int | None:
    """The most names; None for all.  Raises `InvalidRequest` for a negative limit."""
    if page.limit < 0:
        raise InvalidRequest("limit cannot be negative")
    return page.limit or None

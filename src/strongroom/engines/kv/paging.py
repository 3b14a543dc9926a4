"""Fields of listings, and their answers (p)."""

from __future__ import annotations

from typing import Annotated

from strongroom.lib.errors import NotFound
from strongroom.sdk import Body, Doc, Response


class Page(Body, frozen=True):
    """Which part of a listing is wanted."""

    after: Annotated[str, Doc(description="Return only names after this one.")] = ""
    limit: Annotated[int, Doc(description="The largest number of names to return. 0 or less returns all.")] = 0


def listed(names: list[str]) -> Response:
    """The answer to `LIST`.  Raises `NotFound` when there are no names."""
    if not names:
        raise NotFound
    return Response(data={"keys": names})


def scanned(names: list[str]) -> Response:
    """The answer to `SCAN`, which says of nothing that it is empty."""
    return Response(data={"keys": names} if names else {})

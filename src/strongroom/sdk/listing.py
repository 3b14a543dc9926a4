"""Fields of listings, and their answers (p)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from strongroom.lib.errors import NotFound
from strongroom.sdk.fields import Body, Doc
from strongroom.sdk.response import Response


class Page(Body, frozen=True):
    """Which part of a listing is wanted."""

    after: Annotated[str, Doc(description="Return only names after this one.")] = ""
    limit: Annotated[int, Doc(description="The largest number of names to return. 0 or less returns all.")] = 0

    @property
    def most(self) -> int | None:
        """The largest number of names; None for all."""
        return self.limit if self.limit > 0 else None


def listed(names: Sequence[str]) -> Response:
    """The answer to `LIST`.  Raises `NotFound` when there are no names."""
    if not names:
        raise NotFound
    return Response(data={"keys": list(names)})

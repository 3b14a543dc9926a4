"""Version 2: the secrets that are due.  No other server of this API has that."""

from __future__ import annotations

from typing import Annotated, Final

from strongroom.engines.kv.due import notices, rows
from strongroom.engines.kv.due.times import DAY_MS
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Body, Doc, Duration, Number, Request, Response, View, path

_MOST: Final = 1000


class DueFields(Body, frozen=True):
    """Which of them."""

    within: Annotated[Duration, Doc(description="Those that are due in this time; others are later.")] = Duration(
        30 * DAY_MS // 1000
    )
    limit: Annotated[int, Doc(description="How many, the first ones; 1000 at the most.")] = 100


class DuePaths:
    """`due`"""

    @path.read("due")
    async def read_due(self, request: Request, body: DueFields) -> Response:
        """Lists the secrets that are due by `expires_at` or `rotate_after` in their custom metadata, in that order."""
        if not 0 < body.limit <= _MOST:
            raise InvalidRequest(f"limit must be 1 to {_MOST}")
        now_ms = int(request.now * 1000)
        found = await rows.between(request.view, "", now_ms + body.within * 1000, body.limit)
        secrets = [
            {
                "path": each.secret.name,
                "due_time": notices.moment_text(each.at_ms),
                "overdue": each.at_ms <= now_ms,
                "reason": each.secret.reason,
                "owner": each.secret.owner,
            }
            for each in found
        ]
        return Response(data={"secrets": secrets})

    async def due(self, request: Request, name: str, data: dict[str, object]) -> None:
        """Tell of secrets that are due."""
        await notices.tell(request)

    async def numbers(self, view: View) -> tuple[Number, ...]:
        """When the first secret is due."""
        return await notices.numbers(view)

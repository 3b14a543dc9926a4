"""The answer to `SCAN` (p)."""

from __future__ import annotations

from strongroom.sdk import Response


def scanned(names: list[str]) -> Response:
    """The answer to `SCAN`, which says of nothing that it is empty."""
    return Response(data={"keys": names} if names else {})

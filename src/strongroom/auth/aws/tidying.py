"""Clears entries of the two lists once they have expired.

Source: https://developer.hashicorp.com/vault/api-docs/auth/aws#configure-identity-access-list-tidy-operation
"""

from __future__ import annotations

import enum
from typing import Any

from strongroom.auth.aws.records import ACCESSED, DENIED, TIDY, Accessed, DeniedTag, TidyConfig
from strongroom.sdk import Request

EVERY_S = 3600
AT_ONCE = 500
"""Entries that one piece of work looks at."""
_BY_HAND = "tidy by hand "
_BY_ITSELF = "tidy "


class Kind(enum.StrEnum):
    """The two lists."""

    ACCESSED = "identity-accesslist"
    DENIED = "roletag-denylist"

    @property
    def folder(self) -> str:
        """Where its entries are."""
        return ACCESSED if self is Kind.ACCESSED else DENIED


async def tidy_config(request: Request, kind: Kind) -> TidyConfig:
    """How a list is cleared by itself."""
    return await request.view.read(TIDY + kind, TidyConfig) or TidyConfig()


async def plan(request: Request, kind: Kind) -> None:
    """Have a list cleared within the hour, and every hour while it has entries."""
    name = _BY_ITSELF + kind
    if await request.view.schedule(request.mount.id).read(name) is None:
        await request.schedule(request.now + EVERY_S, name, {"list": str(kind), "after": ""})


async def start(request: Request, kind: Kind, safety_buffer_s: int) -> None:
    """Have a list cleared now."""
    await request.schedule(
        request.now, _BY_HAND + kind, {"list": str(kind), "after": "", "safety_buffer_s": safety_buffer_s}
    )


async def tidy(request: Request, name: str, data: dict[str, Any]) -> None:
    """Clear a part of a list, and schedule what is to follow."""
    kind = Kind(data["list"])
    config = await tidy_config(request, kind)
    by_itself = "safety_buffer_s" not in data
    buffer_s = config.safety_buffer_s if by_itself else data["safety_buffer_s"]
    keys = await request.view.list(kind.folder, after=data["after"], limit=AT_ONCE)
    if not (by_itself and config.disabled):
        for key in keys:
            if await _expires_at(request, kind, key) + buffer_s < request.now:
                request.view.delete(kind.folder + key)
    if len(keys) == AT_ONCE:
        await request.schedule(request.now, name, {**data, "after": keys[-1]})
    elif by_itself and (keys or data["after"]):
        await request.schedule(request.now + EVERY_S, name, {**data, "after": ""})


async def _expires_at(request: Request, kind: Kind, key: str) -> float:
    found: Accessed | DeniedTag | None
    if kind is Kind.ACCESSED:
        found = await request.view.read(kind.folder + key, Accessed)
    else:
        found = await request.view.read(kind.folder + key, DeniedTag)
    return 0.0 if found is None else found.expires_at

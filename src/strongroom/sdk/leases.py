"""The leases of a mount, as its engine may know them while a client's request is served."""

from __future__ import annotations

from typing import Protocol

import msgspec

from strongroom.sdk.response import Response


class HeldLease(msgspec.Struct, frozen=True):
    """A lease that the engine has made earlier."""

    id: str
    ends_at: float
    """When it ends as things are, by its own time or with its owner; seconds since the epoch.  0 if it has ended."""
    renewable: bool


class Leases(Protocol):
    """The leases of a mount, as far as a client's request may see and end them."""

    async def reusable(self, group: str, reuse: str) -> Response | None:
        """See `Request.reusable`."""

    async def of_account(self, account: str) -> HeldLease | None:
        """See `Request.lease_of`."""

    async def end(self, account: str) -> None:
        """See `Request.end_lease`."""

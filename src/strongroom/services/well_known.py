"""Paths below `/.well-known/` that mounts have claimed.  Each namespace has its own.

Source: RFC 8615
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from strongroom.barrier import keys
from strongroom.barrier.record import Record
from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import InvalidRequest
from strongroom.services.mounts import Router

PREFIX: Final = "/.well-known/"
"""How a request's path begins that isn't below `/v1/`.  No path of the API begins with a slash."""
_MOST_CLAIMS: Final = 200


class WellKnownClaim(Record, frozen=True, tag="well-known-claim"):
    """A path below `/.well-known/`, and what it stands for."""

    mount: str
    """The id of the mount that serves it."""
    target: str
    """The path within that mount."""


def _rows(namespace: str) -> str:
    return keys.area(namespace, "sys") + "well-known/"


async def target_of(txn: Transaction, router: Router, namespace: str, path: str) -> str | None:
    """The API's path for a path that begins with `PREFIX`; None if no mount has claimed it.

    What follows the claimed part is one segment, and stays the last one.
    """
    claimed, _, last = path.removeprefix(PREFIX).rpartition("/")
    claim = await txn.read(_rows(namespace) + claimed, WellKnownClaim) if claimed and last else None
    entry = router.by_id.get(claim.mount) if claim is not None else None
    return f"{entry.record.full_path}{claim.target}/{last}" if entry is not None and claim is not None else None


async def claims(txn: Transaction, namespace: str) -> dict[str, WellKnownClaim]:
    """The claims of a namespace by the claimed path, those of mounts that are gone too."""
    rows = _rows(namespace)
    found = {path: await txn.read(rows + path, WellKnownClaim) for path in await txn.scan(rows)}
    return {path: claim for path, claim in found.items() if claim is not None}


class MountClaims:
    """The claims of one mount.  An engine uses it through its request."""

    __slots__ = ("_mount", "_namespace", "_router", "_txn")

    def __init__(self, txn: Transaction, router: Router, namespace: str, mount: str) -> None:
        self._txn = txn
        self._router = router
        self._namespace = namespace
        self._mount = mount

    async def claim(self, prefix: str, targets: Mapping[str, str]) -> None:
        """As `Request.claim_well_known` says."""
        if len(targets) > _MOST_CLAIMS:
            raise InvalidRequest(f"a mount has at most {_MOST_CLAIMS} well-known paths, these are {len(targets)}")
        rows = _rows(self._namespace)
        below = [f"{prefix}/{each}" for each in await self._txn.list(f"{rows}{prefix}/")]
        for path in (prefix, *below):
            claim = await self._txn.read(rows + path, WellKnownClaim)
            if claim is None:
                continue
            # The claims of a mount that was disabled count no more.
            if claim.mount != self._mount and claim.mount in self._router.by_id:
                if path in targets:
                    raise InvalidRequest(f"another mount serves {PREFIX}{path} already")
            elif path not in targets:
                self._txn.delete(rows + path)
        for path, target in targets.items():
            self._txn.write(rows + path, WellKnownClaim(mount=self._mount, target=target))

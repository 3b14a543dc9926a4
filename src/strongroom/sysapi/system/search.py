"""A search over mounts: bounded work for each request, and nothing that its client may not read."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial

import msgspec

from strongroom.barrier.transaction import Transaction, transact
from strongroom.lib.errors import NamespaceSealed, PermissionDenied, StrongroomError
from strongroom.sdk.request import Operation
from strongroom.sdk.search import Searchable
from strongroom.sdk.view import View
from strongroom.services.mounts import MountEntry
from strongroom.services.policy.acl import permits
from strongroom.services.tokens.rights import Asked, judge
from strongroom.sysapi.context import SystemView

_PAGE = 100
"""Secrets that are looked at before others are served: some milliseconds."""
LOOKED_AT = 5000
"""Secrets that one request looks at.  What is left is another's."""


class Wanted(msgspec.Struct, frozen=True):
    """What is looked for, in small letters."""

    text: str
    """A part of the name, or of the custom metadata; empty for any."""
    metadata: Mapping[str, str]
    """For names of the custom metadata, a part of the text; empty for any."""

    def meets(self, name: str, metadata: Mapping[str, str]) -> bool:
        """Whether a secret is one that is looked for."""
        if not all(key in metadata and text in metadata[key].casefold() for key, text in self.metadata.items()):
            return False
        if self.text in name.casefold():
            return True
        return any(self.text in part.casefold() for pair in metadata.items() for part in pair)


class Secret(msgspec.Struct, frozen=True):
    """A secret that was found."""

    mount: str
    name: str
    metadata: dict[str, str]

    @property
    def path(self) -> str:
        """The mount's path and the name."""
        return self.mount + self.name


class Found(msgspec.Struct, frozen=True):
    """A page of secrets."""

    secrets: list[Secret]
    after: tuple[str, str] | None
    """Where to go on: the mount's path, and a place there; None at the end."""


async def search(
    view: SystemView, mounts: Sequence[MountEntry], wanted: Wanted, after: tuple[str, str], limit: int
) -> Found:
    """The next secrets that the client of a request may read, by mount.

    This is no part of the request's transaction, which would begin again with each secret that is written.

    Args:
        mounts: sorted by path. after: where to go on, as `Found.after`.
    """
    found: list[Secret] = []
    looked_at = 0
    for entry in mounts:
        if entry.record.path < after[0]:
            continue
        place = after[1] if entry.record.path == after[0] else ""
        while True:
            if looked_at >= LOOKED_AT:
                return Found(found, (entry.record.path, place))
            if looked_at:
                await asyncio.sleep(0)
            size = min(_PAGE, LOOKED_AT - looked_at)
            looked, matching = await _page(view, entry, wanted, place, size)
            looked_at += size  # an empty mount costs as much
            for secret in matching:
                found.append(Secret(entry.record.path, secret.name, secret.metadata))
                if len(found) == limit:
                    return Found(found, (entry.record.path, secret.at))
            if len(looked) < size:
                break
            place = looked[-1].at
    return Found(found, None)


async def _page(
    view: SystemView, entry: MountEntry, wanted: Wanted, place: str, size: int
) -> tuple[list[Searchable], list[Searchable]]:
    try:
        return await transact(view.services.barrier, partial(_looked_at, view, entry, wanted, place=place, size=size))
    except NamespaceSealed:
        return [], []  # of a mount that was moved here from a namespace with a seal of its own


async def _looked_at(
    view: SystemView, entry: MountEntry, wanted: Wanted, txn: Transaction, *, place: str, size: int
) -> tuple[list[Searchable], list[Searchable]]:
    """What was looked at, and what of it is wanted and may be read."""
    if entry.engine is None:
        return [], []
    looked = await entry.engine.searchable(View(txn, entry.prefix), place, size)
    matching = [secret for secret in looked if wanted.meets(secret.name, secret.metadata)]
    return looked, [secret for secret in matching if await _may_read(view, txn, entry, secret)]


async def _may_read(view: SystemView, txn: Transaction, entry: MountEntry, secret: Searchable) -> bool:
    """Whether the client may read the secret by one of its paths, without more than its token."""
    return any([await _permitted(view, txn, entry, path) for path in secret.paths])


async def _permitted(view: SystemView, txn: Transaction, entry: MountEntry, path: str) -> bool:
    bearer, now = view.exchange.bearer, view.exchange.request.received_at
    if bearer is None or entry.engine is None:
        return False
    try:
        match = entry.engine.routes.find(Operation.READ, path)
    except StrongroomError:
        return False  # a name that no request can spell
    asked = Asked(entry.record.full_path + match.path, Operation.READ, entry.record.full_path, match)
    try:
        decision = await judge(view.services.policies, txn, bearer.record, view.namespace, now, asked=asked)
    except PermissionDenied:
        return False
    rules = decision.constraints
    more = rules is not None and (bool(rules.mfa_methods) or bool(rules.control_groups))
    return not more and permits(decision, Operation.READ, {}, None)

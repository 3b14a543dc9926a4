"""A follower of the change feed: what it puts together is the store, commit by commit."""

from __future__ import annotations

import asyncio

from tests.conformance.storage.processes import Link

from strongroom.lib.errors import FeedTooOld, StorageError
from strongroom.storage.base import Revision, Storage
from strongroom.storage.operations import ROLE_PREFIX

_PAUSE_S = 0.05


async def follow(storage: Storage, link: Link) -> None:
    """Follow until told to end; tell the rows at the end, and what can't be."""
    rows: dict[str, bytes] = {}
    wrong: list[str] = []
    ending = asyncio.create_task(link.receive(600.0))
    since, left_out = Revision(0, b""), 0
    link.send("began")
    while True:
        last_turn = ending.done()
        try:
            delta = await storage.delta(since)
        except FeedTooOld:
            left_out += 1
            since, rows = await _anew(storage)
            continue
        except StorageError:
            await asyncio.sleep(0.2)
            continue
        if delta.through.number < since.number:
            wrong.append(f"from {since.number} back to {delta.through.number}")
        fenced = delta.entries.get("fenced")
        if fenced is not None and int(fenced.value) < int(rows.get("fenced", b"0")):
            wrong.append(f"an earlier holder's commit after a later one's: {rows['fenced']!r}, {fenced.value!r}")
        for key, entry in delta.entries.items():
            rows.pop(key, None) if entry is None else rows.update({key: entry.value})
        since = delta.through
        values = {prefix: {rows[key] for key in rows if key.startswith(prefix)} for prefix in ("pair/", "wide/")}
        wrong += [
            f"at {since.number}: a part of a commit below {prefix}" for prefix in values if len(values[prefix]) > 1
        ]
        if last_turn and delta.complete:
            break
        await asyncio.sleep(_PAUSE_S)
    link.send((since, {key: value for key, value in rows.items() if not key.startswith(ROLE_PREFIX)}, wrong, left_out))


async def _anew(storage: Storage) -> tuple[Revision, dict[str, bytes]]:
    """All rows, as of some moments; what changed after the revision comes again."""
    while True:
        try:
            since = await storage.synced()
            names = (await storage.scan("")).names
            entries = (await storage.get_many(names)).entries
        except StorageError:
            await asyncio.sleep(0.2)
            continue
        return since, {key: entry.value for key, entry in entries.items()}

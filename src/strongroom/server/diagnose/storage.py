"""Diagnosis of the store: whether it opens, answers, takes a row, and in what time.

A running server on the same store isn't disturbed: rows are written only below `diagnose/`, where nothing else is, and
removed again; a store that isn't there yet isn't made.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median

from strongroom.barrier import keys
from strongroom.barrier.barrier import require_whole
from strongroom.lib.clock import Clock
from strongroom.lib.errors import StorageError, StorageFull, StrongroomError
from strongroom.lib.rand import Random
from strongroom.server.config.config import StorageConfig
from strongroom.server.diagnose.files import nearest
from strongroom.server.diagnose.result import Finding, fail, group, ok, skipped, text_of, warn
from strongroom.server.diagnose.service_user import name_of
from strongroom.server.stores import DATABASE, StoreError, directory, open_store
from strongroom.storage.base import Storage
from strongroom.storage.transfer.migrating import refuse_unfinished

PROBES = "diagnose/"
"""Where the probe rows are; no other part of the server has keys there."""
_ROUNDS = 5
_TIMEOUT_S = 20.0
_SLOW_S = 0.1
_LEFT_BEHIND_S = 3600.0
_DRIFT_WARN_S = 1.0
_DRIFT_FAIL_S = 60.0
_CREATE = "Create Storage Backend"
_ACCESS = "Check Storage Access"


def storage_directory(config: StorageConfig | None) -> Path | None:
    """The store's directory on this machine; None for a store that has none."""
    if config is None or config.type not in {"sqlite", "file"}:
        return None
    with contextlib.suppress(StoreError):
        return directory(config.type, config.options)
    return None


async def check_storage(config: StorageConfig | None, workers: int, clock: Clock, random: Random) -> Finding:
    """Everything about the store.

    Args:
        config: its stanza; None if there is none.
        workers: how many processes the configuration starts, each with connections of its own.
    """
    name = "Check Storage"
    if config is None:
        return fail(
            name,
            "No storage stanza in the configuration.",
            'Add one: storage "sqlite" { path = "/var/lib/strongroom" } for one machine, or "postgresql" for several.',
            stops=True,
        )
    try:
        storage = open_store(config.type, config.options, clock, random)
    except (StoreError, StrongroomError) as error:
        advice = f"Correct {config.where}, or install what the text names."
        return group(name, [fail(_CREATE, text_of(error), advice, stops=True)])
    before = await _before_opening(config, workers, clock, random)
    if any(not goes_on for goes_on, _ in before):
        return group(name, [finding for _, finding in before])
    found = [finding for _, finding in before]
    try:
        async with _opened(storage):
            found.append(ok(_CREATE, f"{config.type} opens."))
            found += await _use(storage, clock, random)
    except TimeoutError:
        text = f"the store doesn't answer within {_TIMEOUT_S:.0f} seconds"
        found.append(fail(_CREATE, text, "Look at the disk, the network and the database's load.", stops=True))
    except (StorageError, OSError) as error:
        advice = f"Correct what the text names; the store is configured at {config.where}."
        found.append(fail(_CREATE, text_of(error), advice, stops=True))
    return group(name, found)


@asynccontextmanager
async def _opened(storage: Storage) -> AsyncIterator[None]:
    async with asyncio.timeout(_TIMEOUT_S):
        await storage.start()
        try:
            yield
        finally:
            await storage.close()


async def _before_opening(
    config: StorageConfig, workers: int, clock: Clock, random: Random
) -> list[tuple[bool, Finding]]:
    """What can be said without opening the store, each with whether it may be opened."""
    match config.type:
        case "inmem":
            text = "The store is in memory: everything is lost when the server ends."
            return [(False, warn(_CREATE, text, 'Use storage "sqlite" or "postgresql" for what is to be kept.'))]
        case "postgresql":
            from strongroom.server.diagnose.postgresql import check_server  # noqa: PLC0415 - needs psycopg

            return await check_server(config, workers)
        case "mysql":
            from strongroom.server.diagnose import mysql  # noqa: PLC0415 - needs PyMySQL

            return await mysql.check_server(config, workers)
        case "etcd" | "consul":
            from strongroom.server.diagnose import places  # noqa: PLC0415 - a backend is imported when it is used

            return await (places.check_etcd if config.type == "etcd" else places.check_consul)(config, clock)
        case "dynamodb" | "s3":
            from strongroom.server.diagnose import aws  # noqa: PLC0415

            return await (
                aws.check_dynamodb(config, clock, random) if config.type == "dynamodb" else aws.check_s3(config)
            )
    place = storage_directory(config)
    return [] if place is None else _before_sqlite(place)


def _before_sqlite(place: Path) -> list[tuple[bool, Finding]]:
    database = place / DATABASE
    try:
        owner = database.stat().st_uid
    except FileNotFoundError:
        return [(False, _not_made_yet(place))]
    except OSError as error:
        text = f"{database}: {error.strerror}, as user {os.geteuid()}"
        return [(False, fail(_CREATE, text, "Run this as the server's user, or chown the directory.", stops=True))]
    if owner != os.geteuid():
        # Lock files that another user makes would shut the server out.
        user = name_of(owner)
        text = f"The store is user {user}'s, so user {name_of(os.geteuid())} doesn't open it."
        advice = f"Run this as the server: runuser -u {user} -- strongroom operator diagnose …"
        return [(False, warn(_CREATE, text, advice)), (False, skipped(_ACCESS, "The store was not opened."))]
    return []


def _not_made_yet(place: Path) -> Finding:
    above = nearest(place)
    if not above.is_dir():
        return fail(_CREATE, f"{above} is no directory.", "Correct `path` in the storage stanza.", stops=True)
    if not os.access(above, os.W_OK | os.X_OK):
        text = f"{place} isn't there, and user {name_of(os.geteuid())} can't make it in {above}."
        return fail(_CREATE, text, f"install -d -m 0700 -o USER {place}, with the server's user.", stops=True)
    return ok(_CREATE, f"{place} holds no store yet; the server makes it at its first start.")


async def _use(storage: Storage, clock: Clock, random: Random) -> list[Finding]:
    return [
        await _probe(storage, clock, random),
        judge_drift(await storage.now() - clock.now()),
        await _initialized(storage),
    ]


async def _probe(storage: Storage, clock: Clock, random: Random) -> Finding:
    writes, reads = [], []
    try:
        await _clear_left_behind(storage)
        for _ in range(_ROUNDS):
            key = PROBES + random.bytes(16).hex()
            value = str(await storage.now()).encode()
            started = clock.monotonic()
            try:
                await storage.commit({}, {key: value}, {})
                written = clock.monotonic()
                entry = await storage.get(key)
                reads.append(clock.monotonic() - written)
                writes.append(written - started)
            finally:
                await storage.commit({}, {key: None}, {})
            if entry is None or entry.value != value:
                return fail(_ACCESS, "A row that was written reads otherwise.", "Check the disk and the database.")
    except StorageFull as error:
        return fail(_ACCESS, text_of(error), "Free some room: only what removes rows is written until then.")
    except StorageError as error:
        return fail(_ACCESS, text_of(error), "The store opens and can't be written: look at its log and its disk.")
    return judge_latency(median(reads), median(writes))


async def _clear_left_behind(storage: Storage) -> None:
    """Remove the row of a diagnosis that was killed; a younger one may belong to one that runs now."""
    now_s = await storage.now()
    for name in (await storage.scan(PROBES)).names:
        entry = await storage.get(PROBES + name)
        if entry is not None and now_s - float(entry.value) > _LEFT_BEHIND_S:
            await storage.commit({PROBES + name: entry.revision}, {PROBES + name: None}, {})


def judge_latency(read_s: float, write_s: float) -> Finding:
    """Judge how long a read and a durable write took, in seconds."""
    shown = f"a read took {read_s * 1000:.1f} ms, a durable write {write_s * 1000:.1f} ms"
    facts = {"read_s": f"{read_s:.6f}", "write_s": f"{write_s:.6f}"}
    if max(read_s, write_s) > _SLOW_S:
        return warn(
            _ACCESS,
            f"The store is slow: {shown}.",
            "Every login and every lease waits for it: use a faster disk, or a database nearer by.",
            facts=facts,
        )
    return ok(_ACCESS, f"{shown[0].upper()}{shown[1:]}.", facts=facts)


def judge_drift(difference_s: float) -> Finding:
    """Judge by how many seconds the store's clock is ahead of this machine's."""
    name = "Check Clock Difference"
    shown = f"The store's clock differs from this machine's by {abs(difference_s):.1f} s"
    advice = "Keep both clocks right with chrony or systemd-timesyncd: leases end by the store's."
    facts = {"difference_s": f"{difference_s:.3f}"}
    if abs(difference_s) > _DRIFT_FAIL_S:
        return fail(name, f"{shown}.", advice, facts=facts)
    if abs(difference_s) > _DRIFT_WARN_S:
        return warn(name, f"{shown}.", advice, facts=facts)
    return ok(name, f"{shown}.", facts=facts)


async def _initialized(storage: Storage) -> Finding:
    name = "Check Initialization"
    if await storage.get(keys.KEYRING) is None:
        return ok(name, "The store isn't initialized yet: start the server, then `strongroom operator init`.")
    try:
        await refuse_unfinished(storage)
        await require_whole(storage)
    except StrongroomError as error:
        return fail(name, text_of(error), "Let that be finished first: no server serves this store until then.")
    revision = await storage.synced()
    return ok(name, "The store is initialized.", facts={"revision": revision.number})

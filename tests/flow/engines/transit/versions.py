"""Keys whose rows a test changes itself, as rotations and settings would."""

from __future__ import annotations

from typing import Any

from strongroom.barrier.transaction import Transaction, transact
from strongroom.engines.transit.keys import rows
from strongroom.engines.transit.keys.records import KeyVersion
from strongroom.sdk import View, replace
from tests.flow.engines.transit.mounts import Keys


async def change(keys: Keys, name: str, *raw: bytes, **settings: Any) -> None:
    """Set settings of a key, and put a version of each raw key behind its latest one."""

    async def do(txn: Transaction) -> None:
        view = View(txn, keys.mount.prefix)
        key = await rows.key_of(view, name)
        assert key is not None
        for number, each in enumerate(raw, key.latest_version + 1):
            rows.keep_version(view, key, number, KeyVersion(created_at=1.0, private=each, hmac_key=each))
        latest = key.latest_version + len(raw)
        rows.keep_key(view, name, replace(key, latest_version=latest, **settings))

    await transact(keys.mount.barrier, do)


async def put(keys: Keys, name: str, raw: bytes) -> None:
    """Put a raw key in the place of a key's first version."""

    async def do(txn: Transaction) -> None:
        view = View(txn, keys.mount.prefix)
        key = await rows.key_of(view, name)
        assert key is not None
        rows.keep_version(view, key, 1, KeyVersion(created_at=1.0, private=raw, hmac_key=bytes(32)))

    await transact(keys.mount.barrier, do)

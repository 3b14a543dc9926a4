"""Seals the node when other keys have taken the place of the store's: a restored snapshot's, or another region's.

Every process of every node that uses the store meets a keyring then that its key doesn't open: each of its requests
would fail until somebody restarts it.
"""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from strongroom.barrier import keys
from strongroom.lib.errors import StrongroomError, Tampered
from strongroom.lib.fault import where
from strongroom.sysapi.services import Services

log = structlog.get_logger("sealing")

_CAUSES: Final = {
    keys.RESTORED: "a snapshot with other keys was restored, whose key shares open it",
    keys.REGION: "this region has joined another one; its own key shares open it as before",
}
"""The rows that are written with other keys, or after them."""

_PAUSE_S: Final = 2.0
_AGAIN_S: Final = 1.0
"""After a first failure, which may be of the moment between two commits of a change of keys."""


class KeyWatch:
    """Looks now and then whether the key in use still opens the store."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._began = services.barrier.seen.number
        """What took the keys' place before this commit is what the node was unsealed after."""
        self._failed = 0

    async def run_forever(self) -> None:
        """Look until cancelled, or until the node is being sealed."""
        while True:
            await asyncio.sleep(_AGAIN_S if self._failed else _PAUSE_S)
            try:
                if await self.run_once():
                    return
            except StrongroomError as error:
                log.warning("whether the key opens the store can't be told", reason=error.detail or error.text)
            except Exception as error:  # a bug of this server must not end the watch
                log.error("whether the key opens the store can't be told", fault=where(error))

    async def run_once(self) -> bool:
        """Look once.  Seals the node at the second failure in a row.  Returns whether it did."""
        try:
            await self._services.barrier.sync()
        except Tampered:
            cause = await self._cause()
            if cause is None:
                raise
            self._failed += 1
        else:
            self._failed, cause = 0, None
        if self._failed < 2:
            return False
        log.error("the key in use opens the store no more: this node is sealed", reason=cause)
        await self._services.port.seal()
        return True

    async def _cause(self) -> str | None:
        """What has brought other keys since the node was unsealed; None if nothing did, and the keyring is damaged."""
        found = (await self._services.barrier.storage.get_many(list(_CAUSES))).entries
        for key, cause in _CAUSES.items():
            if key in found and found[key].revision > self._began:
                return cause
        return None

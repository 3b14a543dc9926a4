"""Seals the node when a snapshot with other keys has taken the place of the store's rows.

The node that restores one seals itself.  The other nodes meet a keyring that their key doesn't open: each of their
requests would fail until somebody restarts them.
"""

from __future__ import annotations

import asyncio

import structlog

from strongroom.barrier import keys
from strongroom.lib.errors import StrongroomError, Tampered
from strongroom.lib.fault import where
from strongroom.sysapi.services import Services

log = structlog.get_logger("sealing")


class KeyWatch:
    """Looks now and then whether the key in use still opens the store.

    Args:
        pause_s: how often, in seconds.
    """

    def __init__(self, services: Services, *, pause_s: float = 5.0) -> None:
        self._services = services
        self._pause_s = pause_s
        self._began = services.barrier.seen.number
        """Restores from before this commit are those that the node was unsealed after."""
        self._failed = 0

    async def run_forever(self) -> None:
        """Look until cancelled, or until the node is being sealed."""
        while True:
            await asyncio.sleep(self._pause_s)
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
            if not await self._is_of_a_restore():
                raise
            self._failed += 1
        else:
            self._failed = 0
        if self._failed < 2:  # the first may be of the moment between two commits of a change of keys
            return False
        log.error("a snapshot with other keys was restored: this node is sealed, and the snapshot's key shares open it")
        await self._services.port.seal()
        return True

    async def _is_of_a_restore(self) -> bool:
        row = await self._services.barrier.storage.get(keys.RESTORED)
        return row is not None and row.revision > self._began

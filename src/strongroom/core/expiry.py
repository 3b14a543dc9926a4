"""The expiry role."""

from __future__ import annotations

import asyncio

from strongroom.sysapi.parts import Unsealed


class Expiry:
    """Ends what is due."""

    def __init__(self, parts: Unsealed) -> None:
        self._parts = parts

    async def run_forever(self) -> None:
        """Work until cancelled."""
        await asyncio.Event().wait()

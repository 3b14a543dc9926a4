"""The list of what was revoked, which hosts fetch.

It is put together from parts.  Each part stays in memory until a certificate of it is revoked: so revoking one among a
million costs the next reader one part of sixty-four.  Signing doesn't touch it.
"""

from __future__ import annotations

import asyncio
from typing import Final

from strongroom.crypto.ssh import revocation_lists
from strongroom.engines.ssh.revocation import rows
from strongroom.sdk import View

_PAGE: Final = 2000
"""Rows between two pauses, in which other requests are served."""


async def current(view: View, now: float) -> bytes:
    """The list, as `sshd` reads it.

    Args:
        now: in seconds since the epoch, for a list that has to be put together anew.
    """

    async def build(committed: View) -> bytes:
        parts = [await part(committed, number) for number in range(rows.PARTS)]
        digests = [bytes.fromhex(name) for name in await _names(committed, rows.KEYS)]
        return revocation_lists.written(b"".join(parts), digests, version=int(now), made_at=int(now))

    return await view.derived("revocation list", build)


async def part(view: View, number: int) -> bytes:
    """The serial numbers of one part, as they stand in the list."""

    async def build(committed: View) -> bytes:
        return revocation_lists.packed(int(name, 16) for name in await _names(committed, rows.part_folder(number)))

    return await view.derived(("revocation list", number), build)


async def _names(view: View, folder: str) -> list[str]:
    out: list[str] = []
    while True:
        page = await view.list(folder, after=out[-1] if out else "", limit=_PAGE)
        out += page
        if len(page) < _PAGE:
            return out
        await asyncio.sleep(0)

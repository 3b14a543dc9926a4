"""Deletes all issuers and keys of a mount, in pieces that commit by themselves.

A mount may have more of them than the store takes in one commit.  If the server ends meanwhile, some are left, and
the next request deletes them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from strongroom.engines.pki.issuers import rows as issuer_rows
from strongroom.engines.pki.keys import rows as key_rows
from strongroom.sdk import View

AT_ONCE: Final = 20
"""Issuers or keys that one commit removes: each has up to five rows."""


async def emptied(view: View) -> bool:
    """Delete them all.  Returns True."""
    await _all_below(view, issuer_rows.ISSUERS, _remove_issuer)
    await _all_below(view, key_rows.KEYS, _remove_key)
    return True


async def _all_below(view: View, folder: str, remove: Callable[[View, str], Awaitable[None]]) -> None:
    after = ""
    # Listed apart: a commit that depends on the listing would conflict with every issuer that is made meanwhile.
    while ids := await view.apart(_listing(folder, after)):
        await view.apart(_removing(ids, remove))
        after = ids[-1]
        await asyncio.sleep(0)


def _listing(folder: str, after: str) -> Callable[[View], Awaitable[list[str]]]:
    return lambda view: view.list(folder, after, AT_ONCE)


def _removing(ids: list[str], remove: Callable[[View, str], Awaitable[None]]) -> Callable[[View], Awaitable[None]]:
    async def work(view: View) -> None:
        for id_ in ids:
            await remove(view, id_)

    return work


async def _remove_issuer(view: View, id_: str) -> None:
    issuer = await issuer_rows.issuer_of(view, id_)
    if issuer is not None:
        await issuer_rows.remove(view, issuer)


async def _remove_key(view: View, id_: str) -> None:
    key = await key_rows.key_of(view, id_)
    if key is not None:
        await key_rows.remove(view, key)

"""Calls engines without a client's request: for their leases, and for the work that they have scheduled."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

import structlog

from strongroom.barrier.stable import Outside, Restart
from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import StrongroomError, UpstreamFailed
from strongroom.lib.fault import where
from strongroom.sdk.engine import Engine
from strongroom.sdk.request import Operation, Request
from strongroom.sdk.view import View
from strongroom.services.mounts import MountEntry

TIMEOUT_S = 60
"""How long an engine may take for one lease or one piece of scheduled work before that counts as failed."""

log = structlog.get_logger("engines")

T = TypeVar("T")


def engine_of(entry: MountEntry) -> Engine:
    """The mount's engine.  Raises `UpstreamFailed` if this node doesn't have it; another node may have it."""
    if entry.engine is None:
        raise UpstreamFailed(f'no engine of type "{entry.record.type}" is installed or allowed here')
    return entry.engine


def request_of(txn: Transaction, entry: MountEntry, path: str, now: float) -> Request:
    """The request that a mount's engine gets when no client asked.

    Args:
        path: relative to the mount.
        now: seconds since the epoch.
    """
    return Request(
        operation=Operation.UPDATE,
        path=path,
        data={},
        mount=entry.mount,
        view=View(txn, entry.prefix),
        once=txn.once,
        received_at=now,
    )


async def bounded(work: Awaitable[T], what: str, about: str) -> T:
    """Wait for an engine, for a bounded time.  Every exception becomes an error of the engine's system.

    The text of a foreign exception is dropped, because client libraries put passwords and addresses into it.

    Args:
        what: the work, for the error. about: the lease or the scheduled work, for the log.

    Raises: `StrongroomError`.
    """
    try:
        async with asyncio.timeout(TIMEOUT_S):
            return await work
    except (StrongroomError, Restart):
        raise
    except Outside as needed:
        further = needed.work
        raise Outside(needed.name, lambda: bounded(further(), what, about)) from None
    except TimeoutError as error:
        raise UpstreamFailed(f"{what} took longer than {TIMEOUT_S} s") from error
    except Exception as error:  # a bug of one engine must not stop the work of the others
        log.error("an engine failed", doing=what, about=about, fault=where(error))
        raise UpstreamFailed("the engine failed", detail=where(error)) from error

"""Tells a write that updates something from one that creates it."""

from __future__ import annotations

import msgspec

from strongroom.core.attempt import Attempt
from strongroom.core.dispatch import engine_request
from strongroom.lib.errors import StrongroomError
from strongroom.sdk.request import Operation


def must_look(attempt: Attempt) -> bool:
    """Whether the rows tell if the request creates or updates."""
    match, entry = attempt.match, attempt.entry
    if attempt.request.operation is not Operation.UPDATE or match is None or entry is None:
        return False
    return entry.engine is not None and bool(match.declaration.exists)


async def look(attempt: Attempt) -> tuple[Attempt, bool]:
    """Whether there is what a write would update.

    A write changes what is looked at here.  So it is no part of what is remembered of the decision, but for paths that
    write no rows: `Attempt.existence` has it.
    """
    if attempt.only_computes:
        return attempt, await _is_there(attempt)
    attempt = msgspec.structs.replace(attempt, existence=attempt.txn.fork())
    try:
        return attempt, await _is_there(attempt)
    except StrongroomError:
        attempt.join_existence()  # so that the error is given only if it is still right
        raise


async def still(attempt: Attempt, operation: Operation) -> bool:
    """Whether a decision on this operation holds for a write that asks the same again.

    Args:
        operation: that of the decision, which says whether there was something to update.
    """
    there = await _is_there(attempt)
    return there is (operation is Operation.UPDATE)


async def _is_there(attempt: Attempt) -> bool:
    entry, match = attempt.entry, attempt.match
    assert entry is not None and entry.engine is not None and match is not None, "as `must_look` says"
    apart = attempt.existence
    asking = attempt if apart is None else msgspec.structs.replace(attempt, txn=apart)
    return await entry.engine.exists(engine_request(asking, entry, attempt.request.token), match)

"""What revoking a path would end: its leases by state, and its tokens."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction, transact
from strongroom.sdk.request import Request
from strongroom.services.tokens.search import by_lease_prefix
from strongroom.sysapi.context import SystemView, presented, system
from strongroom.sysapi.system.lease_shown import STATES, state_of
from strongroom.sysapi.system.visible_leases import visible

_PAGE = 200
LOOKED_AT = 10_000
"""Leases that one request reads at the most.  What is left is another request's."""


async def counted_below(request: Request, prefix: str, after: str) -> dict[str, Any]:
    """What is at this id, or below this path: leases by state, and tokens.

    Args:
        after: where the request before stopped; empty to begin. Only the first one counts tokens.

    Returns: `leases`, with each of `STATES`; `tokens`; `ends_own_token`, whether the token that asks is one of them,
    or hangs on one; and `after`, which is empty when everything was counted.
    """
    view, now = system(request), request.now
    one = await visible(view, prefix)
    if one is not None:
        return _shown(Counter({state_of(one, now): 1}), 0, "")
    states, rest = await request.once.wait("leases below", lambda: _leases(view, prefix, after, now))
    tokens, own = (0, False) if after else await request.once.wait("tokens below", lambda: _tokens(request, prefix))
    return _shown(states, tokens, rest, own=own)


def _shown(states: Counter[str], tokens: int, after: str, *, own: bool = False) -> dict[str, Any]:
    leases = {state: states[state] for state in STATES}
    return {"leases": leases, "tokens": tokens, "ends_own_token": own, "after": after}


async def _leases(view: SystemView, prefix: str, after: str, now: float) -> tuple[Counter[str], str]:
    """The leases below a path by state, and where to go on."""
    folder, storage = prefix.rstrip("/") + "/", view.services.barrier.storage
    found, looked_at = Counter[str](), 0
    while looked_at < LOOKED_AT:
        names = (await storage.scan(keys.leases(view.namespace.id) + folder, after, _PAGE)).names
        found += await transact(view.services.barrier, partial(_states, view, [folder + name for name in names], now))
        if len(names) < _PAGE:
            return found, ""
        looked_at, after = looked_at + len(names), names[-1]
    return found, after


async def _states(view: SystemView, ids: list[str], now: float, txn: Transaction) -> Counter[str]:
    leases = [await view.services.leases.read(txn, id_) for id_ in ids]
    return Counter(state_of(lease, now) for lease in leases if lease is not None)


async def _tokens(request: Request, prefix: str) -> tuple[int, bool]:
    """How many tokens are at this lease id or below this path, and whether the token that asks ends with them."""
    view, now = system(request), request.now
    services, own = view.services, presented(request).record
    lineage = await services.tokens.lineage(view.txn, own)
    named = await services.tokens.by_lease(view.txn, prefix, services.mounts, now, view.namespace)
    if named is not None:
        return 1, named.key in lineage
    count, ends_own = 0, False
    async for record in by_lease_prefix(
        services.barrier, services.tokens, services.mounts, view.namespace.id, prefix=prefix.rstrip("/") + "/", now=now
    ):
        count += 1
        ends_own = ends_own or record.key in lineage
    return count, ends_own

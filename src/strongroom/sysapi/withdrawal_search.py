"""Finds what a withdrawal concerns, a page at a time: for a dry run, and for those who clear."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction, transact
from strongroom.services.leases import LeaseRecord
from strongroom.services.leases.records import ENDED, UNDOING, UNDONE
from strongroom.services.mounts import Router
from strongroom.services.namespaces import Namespace
from strongroom.services.tokens import TokenRecord
from strongroom.services.tokens.issued import line_of
from strongroom.services.tokens.logic import WRAPPING
from strongroom.services.withdrawals import orders
from strongroom.services.withdrawals.counting import LEASE, TOKEN, WRAPPED, Tally
from strongroom.services.withdrawals.matching import Bound, Facts, Verdict
from strongroom.sysapi.lease_owner import lease_line
from strongroom.sysapi.services import Services

PAGE = 100
"""Rows that one step reads: some milliseconds, in which nothing else is served."""
_AFTER = {LEASE: TOKEN, TOKEN: "~"}
"""What is counted in a namespace after each kind, in the order of the names."""
_OVER = frozenset({ENDED, UNDOING, UNDONE})
"""States of leases that have ended already."""


class Page(msgspec.Struct, frozen=True):
    """What was found among some rows."""

    leases: tuple[LeaseRecord, ...] = ()
    tokens: tuple[TokenRecord, ...] = ()
    tally: Tally = msgspec.field(default_factory=Tally)
    after: str = ""
    """The last name that was looked at."""
    is_last: bool = False


async def leases(services: Services, bound: Bound, namespace: Namespace, after: str, size: int = PAGE) -> Page:
    """The leases among the next `size` of a namespace that end, and that haven't ended yet."""
    place = keys.leases(namespace.id)
    names = (await services.barrier.storage.scan(place, after, size)).names
    page = await transact(services.barrier, partial(_leases, services, bound, namespace, names))
    return msgspec.structs.replace(page, after=names[-1] if names else after, is_last=len(names) < size)


async def tokens(services: Services, bound: Bound, namespace: Namespace, after: str, size: int = PAGE) -> Page:
    """The tokens among the next `size` of a namespace that end."""
    names = (await services.barrier.storage.list(keys.tokens(namespace.id), after, size)).names
    page = await transact(services.barrier, partial(_tokens, services, bound, namespace, names))
    return msgspec.structs.replace(page, after=names[-1] if names else after, is_last=len(names) < size)


async def dry_run(
    services: Services, bound: Bound, namespaces: Sequence[Namespace], after: tuple[str, str, str], size: int = PAGE
) -> AsyncIterator[tuple[Page, tuple[str, str, str]]]:
    """What a withdrawal would end, page by page.

    Args:
        namespaces: those that it concerns, by path. after: where to go on: path of the namespace, `lease`, `token`
            or `~` for its end, and the last name that was looked at. size: the rows of a page.

    Yields: a page, and where to go on after it.
    """
    for namespace in namespaces:
        if namespace.path < after[0]:
            continue
        for kind, find in ((LEASE, leases), (TOKEN, tokens)):
            begun = namespace.path == after[0]
            if begun and kind < after[1]:
                continue
            name = after[2] if begun and kind == after[1] else ""
            while True:
                page = await find(services, bound, namespace, name, size)
                name = page.after
                yield page, (namespace.path, _AFTER[kind], "") if page.is_last else (namespace.path, kind, name)
                if page.is_last:
                    break


async def _leases(
    services: Services, bound: Bound, namespace: Namespace, names: Sequence[str], txn: Transaction
) -> Page:
    router = await services.mounts.passing_router(txn, namespace.id)
    found, tally = [], Tally()
    for name in names:
        lease = await services.leases.read(txn, name)
        if lease is None or lease.state in _OVER:
            continue
        line = await lease_line(txn, lease, namespace.id)
        if _counts(bound, line, tally, LEASE, _mount(namespace, router, lease.path)):
            found.append(lease)
    return Page(leases=tuple(found), tally=tally)


async def _tokens(
    services: Services, bound: Bound, namespace: Namespace, names: Sequence[str], txn: Transaction
) -> Page:
    router = await services.mounts.passing_router(txn, namespace.id)
    found, tally = [], Tally()
    for name in names:
        record = await txn.read(keys.token(name), TokenRecord)
        if record is None or record.retired:
            continue
        kind = WRAPPED if record.policies == (WRAPPING,) else TOKEN
        if _counts(bound, await line_of(txn, record), tally, kind, _mount(namespace, router, record.path)):
            found.append(record)
    return Page(tokens=tuple(found), tally=tally)


def _counts(bound: Bound, line: Sequence[Facts], tally: Tally, kind: str, mount: str) -> bool:
    """Count one if it ends.  Returns whether it does."""
    if not bound.ends(line):
        if bound.verdict(line) is Verdict.UNDETERMINED:
            tally.undetermined[f"{kind}/{mount}"] += 1
        return False
    tally.add(kind, mount, undetermined=bound.verdict(line) is Verdict.UNDETERMINED)
    return True


def _mount(namespace: Namespace, router: Router, path: str) -> str:
    """The path of the mount that issued something, or that had this path."""
    entry = router.find(path)
    return namespace.path + (entry.record.full_path if entry is not None else f"{path.partition('/')[0]}/")


class Left(msgspec.Struct, frozen=True):
    """What a withdrawal still has to do."""

    namespaces: int
    """That are walked through, or wait until they are unsealed."""
    leases: int
    """That aren't revoked yet; at most `COUNTED`."""
    failing: list[dict[str, Any]]
    """The first of them whose revocation fails; it is tried again."""


COUNTED = 10_000
_SHOWN = 100


async def left(services: Services, id_: str) -> Left:
    """What a withdrawal still has to do."""
    storage = services.barrier.storage
    walks = (await storage.scan(orders.walks_of(id_), limit=COUNTED)).names
    marks = (await storage.scan(orders.marks_of(id_), limit=COUNTED)).names

    async def failing(txn: Transaction) -> list[dict[str, Any]]:
        found = []
        for name in marks[:_SHOWN]:
            lease = await services.leases.read(txn, name)
            if lease is not None and lease.attempts:
                found.append({"lease_id": name, "error": lease.last_error, "attempts": lease.attempts})
        return found

    return Left(namespaces=len(walks), leases=len(marks), failing=await transact(services.barrier, failing))

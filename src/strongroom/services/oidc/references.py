"""Which object refers to which: keeps what is referred to from being deleted."""

from __future__ import annotations

from collections.abc import Iterable

from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import InvalidRequest
from strongroom.services.oidc import rows
from strongroom.services.oidc.records import OidcReference

_NAMED = 32
"""The most names that a refusal shows."""


def move(
    txn: Transaction, namespace: str, kind: str, before: Iterable[str], after: Iterable[str], *, by: str, name: str
) -> None:
    """Change what the object `name` of the kind `by` refers to, among the objects of `kind`."""
    gone, wanted = set(before), set(after)
    for other in gone - wanted:
        txn.delete(rows.references(namespace, kind, other, by) + name)
    for other in wanted - gone:
        txn.write(rows.references(namespace, kind, other, by) + name, OidcReference())


async def refuse(txn: Transaction, namespace: str, kind: str, name: str, by: str) -> None:
    """Raise `InvalidRequest` that names the objects of the kind `by` which refer to an object to be deleted."""
    found = await txn.list(rows.references(namespace, kind, name, by), limit=_NAMED)
    if found:
        raise InvalidRequest(
            f'unable to delete {kind[:-1]} "{name}" because it is currently referenced by these '
            f"{by[:-1]}s: {', '.join(found)}"
        )

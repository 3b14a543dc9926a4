"""The withdrawals that bind requests: a derived value, so that it costs nothing while there are none."""

from __future__ import annotations

from collections.abc import Sequence

from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import PermissionDenied
from strongroom.services.namespaces import Namespace, NamespaceService
from strongroom.services.withdrawals.index import Index
from strongroom.services.withdrawals.matching import Bound, Facts, Verdict
from strongroom.services.withdrawals.records import ORDERS, Withdrawal, order_key

_REFUSED = "permission denied"


async def standing(txn: Transaction) -> Index:
    """All withdrawals that bind requests."""
    return await txn.derived("withdrawals", _build)


async def _build(txn: Transaction) -> Index:
    found = [await txn.read(order_key(name), Withdrawal) for name in await txn.list(ORDERS)]
    return Index(Bound.of(order) for order in found if order is not None)


async def are_withdrawn(
    txn: Transaction, index: Index, line: Sequence[Facts], namespaces: NamespaceService, namespace: str
) -> bool:
    """Whether one of the withdrawals ends what this line describes.

    Args:
        namespace: the id of the namespace that it was issued in.
    """
    own = await namespaces.known(txn, namespace)
    if own is None:
        return True
    return any(bound.order.namespace in own.lineage and bound.ends(line) for bound in index.candidates(line))


async def check_login(txn: Transaction, namespace: Namespace, facts: Facts) -> None:
    """Raise `PermissionDenied` for a login that is refused whoever it is.

    This comes before the password is looked at, so that nobody who is kept out can try passwords.

    Args:
        facts: what is known of a token that isn't made yet.
    """
    for bound in (await standing(txn)).named([facts]):
        if (
            bound.order.block
            and bound.order.namespace in namespace.lineage
            and bound.verdict([facts]) is Verdict.CONCERNED
        ):
            raise PermissionDenied(_REFUSED)

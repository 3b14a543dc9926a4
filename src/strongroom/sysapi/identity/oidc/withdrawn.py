"""Codes and access tokens are no tokens of the API, but withdrawals end them as those."""

from __future__ import annotations

from collections.abc import Sequence

from strongroom.sdk.request import Request
from strongroom.services.tokens.issued import line_of
from strongroom.services.withdrawals import standing
from strongroom.services.withdrawals.issue import shortened
from strongroom.services.withdrawals.matching import Facts
from strongroom.services.withdrawals.standing import are_withdrawn
from strongroom.sysapi.context import presented, system


async def line_for(request: Request) -> tuple[Facts, ...]:
    """The facts of a code that this request is given, with those of its token."""
    view, record = system(request), presented(request).record
    own = Facts(
        at=request.now,
        namespace=view.namespace.id,
        path=view.exchange.request.path,
        entities=(record.entity_id,),
        mounts=(request.mount.id,),
        address=request.address,
    )
    return own, *shortened(await line_of(view.txn, record))


async def is_withdrawn(request: Request, line: Sequence[Facts]) -> bool:
    """Whether a withdrawal ends what has this line.

    Args:
        line: empty for what earlier versions issued, which ends in a day at most by itself.
    """
    view = system(request)
    index = await standing(view.txn)
    if not index or not line:
        return False
    return await are_withdrawn(view.txn, index, line, view.services.mounts.namespaces, view.namespace.id)

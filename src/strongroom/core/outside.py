"""Makes secrets in another system, between two transactions of one request.

The first transaction stores the plan: a lease that isn't in force yet, with its token and the name of the future
secret.  Then the engine makes the secret, once.  The second transaction puts the lease in force, if its token and its
mount still exist.  If the request breaks off anywhere, the plan expires, and the expiry role undoes what the engine may
have made.
"""

from __future__ import annotations

import msgspec
import structlog

from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.answer import Answer
from strongroom.core.wrap import wrap
from strongroom.lib.errors import InvalidRequest, StrongroomError
from strongroom.sdk.response import Made
from strongroom.services.exchange import Exchange
from strongroom.services.leases import LeaseRecord, revocation
from strongroom.services.leases.records import PLANNED
from strongroom.sysapi.lease_owner import owned_until
from strongroom.sysapi.services import Services

log = structlog.get_logger("core")

ENDED = "the secret's token, mount or lease ended while it was being made, so it is revoked"


async def carry_out(services: Services, exchange: Exchange, answer: Answer) -> Answer:
    """Make the secret of a planned lease, put the lease in force, and complete the response.

    Raises: `StrongroomError` if the secret can't be made; `InvalidRequest` if its token or mount is gone.  The secret
    is undone then.
    """
    try:
        made = await transact(services.barrier, lambda txn: _make(services, txn, exchange, answer.lease_id))
        finished = await transact(services.barrier, lambda txn: _finish(services, txn, exchange, answer, made))
    except StrongroomError:
        await _abandon(services, answer.lease_id)
        raise
    if finished is None:
        raise InvalidRequest(ENDED)
    return finished


async def _planned(services: Services, txn: Transaction, id_: str) -> LeaseRecord | None:
    lease = await services.leases.read(txn, id_)
    return lease if lease is not None and lease.state == PLANNED else None


async def _make(services: Services, txn: Transaction, exchange: Exchange, id_: str) -> Made:
    lease = await _planned(services, txn, id_)
    if lease is None:
        raise InvalidRequest(ENDED)
    return await revocation.make(services.mounts, txn, lease, exchange.request.received_at)


async def _finish(
    services: Services, txn: Transaction, exchange: Exchange, answer: Answer, made: Made
) -> Answer | None:
    """The completed response.  None if the secret's token or mount is gone; the expiry role undoes the lease then."""
    now = services.clock.now()
    lease = await _planned(services, txn, answer.lease_id)
    if lease is None:
        return None
    owned = await owned_until(services, txn, lease, now) is not None
    if not owned or await services.mounts.by_id(txn, lease.mount) is None:
        services.leases.expire(txn, lease, now)
        return None
    if made.ttl_s and made.ttl_s < lease.ttl_s:
        lease = msgspec.structs.replace(lease, ttl_s=made.ttl_s)
        answer = msgspec.structs.replace(answer, lease_duration_s=made.ttl_s)
    data = {**((answer.response.data if answer.response is not None else None) or {}), **made.data}
    services.leases.put_in_force(txn, lease, {**lease.internal, **made.internal}, data, now)
    if answer.response is not None and (made.data or made.warnings):
        warnings = [*answer.response.warnings, *made.warnings]
        response = msgspec.structs.replace(answer.response, data=data, warnings=warnings)
        answer = msgspec.structs.replace(answer, response=response)
    answer = msgspec.structs.replace(answer, planned=False)
    return await wrap(services, txn, exchange, answer) if exchange.request.wrap_ttl_s else answer


async def _abandon(services: Services, id_: str) -> None:
    """Make a plan due now, so that the expiry role undoes it.  If that fails, the plan is undone when it expires."""

    async def body(txn: Transaction) -> None:
        lease = await _planned(services, txn, id_)
        if lease is not None:
            services.leases.expire(txn, lease, services.clock.now())

    try:
        await transact(services.barrier, body)
    except StrongroomError as error:
        log.warning("a planned lease could not be ended early", lease_id=id_, reason=error.detail or error.text)

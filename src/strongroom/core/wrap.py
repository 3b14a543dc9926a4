"""Response wrapping: stores a response in the cubbyhole of a new token, which can read it once."""

from __future__ import annotations

import msgspec

from strongroom.barrier.transaction import Transaction
from strongroom.core.answer import Answer
from strongroom.lib import json
from strongroom.services.exchange import Exchange
from strongroom.services.tokens.issued import asked_by
from strongroom.services.withdrawals import Issue
from strongroom.services.withdrawals.matching import Facts
from strongroom.sysapi.services import Services
from strongroom.sysapi.wrapping.wrapping import put_away


async def wrap(services: Services, txn: Transaction, exchange: Exchange, answer: Answer) -> Answer:
    """Store the response, and return a response with the wrapping token instead."""
    request, made = exchange.request, answer.response
    raw = made.raw if made is not None else None
    info = await put_away(
        services,
        txn,
        namespace=exchange.namespace.id,
        body=raw.content if raw is not None else json.dumps_unsorted(msgspec.structs.asdict(answer.envelope())),
        path=request.path,
        ttl_s=request.wrap_ttl_s,
        now=request.received_at,
        format_=request.wrap_format,
        issued=await _issue(txn, exchange, answer),
        accessor=str(answer.auth["accessor"]) if answer.auth else made.wrapped_accessor if made is not None else "",
        content_type=raw.content_type if raw is not None else "",
    )
    return msgspec.structs.replace(answer, wrap=info)


async def _issue(txn: Transaction, exchange: Exchange, answer: Answer) -> Issue:
    """To whom the wrapped response is issued: the client that asked, or the one that has just logged in."""
    request = exchange.request
    address, mount = request.address, exchange.entry.record.id if exchange.entry is not None else ""
    if exchange.bearer is not None:
        return await asked_by(txn, exchange.bearer.record, address, mount)
    entity_id = str(answer.auth.get("entity_id", "")) if answer.auth else ""
    login = Facts(
        at=request.received_at,
        namespace=exchange.namespace.id,
        path=request.path,
        entities=(entity_id,) if entity_id else (),
        mounts=(mount,) if mount else (),
        address=address,
    )
    return Issue(address=address, mount=mount, makers=(login,))

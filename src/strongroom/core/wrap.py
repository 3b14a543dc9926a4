"""Response wrapping: stores a response in the cubbyhole of a new token, which can read it once."""

from __future__ import annotations

import msgspec

from strongroom.barrier.transaction import Transaction
from strongroom.core.answer import Answer
from strongroom.lib import json
from strongroom.services.exchange import Exchange
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
        accessor=str(answer.auth["accessor"]) if answer.auth else made.wrapped_accessor if made is not None else "",
        content_type=raw.content_type if raw is not None else "",
    )
    return msgspec.structs.replace(answer, wrap=info)

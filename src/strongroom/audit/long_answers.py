"""Entries of answers that are so long that other requests are served while they are made."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import islice
from typing import Any

import msgspec

from strongroom.audit.channel import Sink
from strongroom.audit.entry import Outcome
from strongroom.audit.notation import Hidden, Notation, digest_values
from strongroom.services.exchange import Exchange

MANY = 1000
"""Elements of a list or map whose digests are made at once, in some milliseconds."""


def is_long(outcome: Outcome) -> bool:
    """Whether a field of a response has that many elements."""
    response = outcome.response
    if response is None or response.data is None:
        return False
    return any(type(value) in _COLLECTIONS and len(value) > MANY for value in response.data.values())


async def hidden(sinks: Sequence[Sink], exchange: Exchange, outcome: Outcome) -> tuple[Outcome, ...]:
    """For each device the outcome, with the digests that its entry will have in the place of long fields."""
    return tuple([await _hidden(sink.notation, exchange, outcome) for sink in sinks])


_COLLECTIONS = (list, tuple, dict)


async def _hidden(notation: Notation, exchange: Exchange, outcome: Outcome) -> Outcome:
    response = outcome.response
    style = notation.style
    if response is None or response.data is None or style.log_raw or style.elide_list_responses:
        return outcome
    shown = _shown_otherwise(exchange)
    data = dict(response.data)
    for name, value in data.items():
        if type(value) in _COLLECTIONS and len(value) > MANY and name not in shown:
            data[name] = Hidden(await _digested(value, notation))
    return msgspec.structs.replace(outcome, response=msgspec.structs.replace(response, data=data))


def _shown_otherwise(exchange: Exchange) -> frozenset[str]:
    """Fields that the mount shows in clear, and those that an engine never does."""
    mount = exchange.entry
    if mount is None:
        return frozenset()
    plain = mount.record.config.audit_non_hmac_response_keys or ()
    return frozenset(plain) | (mount.engine.secret_answers if mount.engine is not None else frozenset())


async def _digested(value: Any, notation: Notation) -> Any:
    digest = notation.digest
    if isinstance(value, dict):
        fields: dict[str, Any] = {}
        items = iter(value.items())
        while part := dict(islice(items, MANY)):
            fields |= digest_values(part, digest)
            await asyncio.sleep(0)
        return fields
    elements: list[Any] = []
    for start in range(0, len(value), MANY):
        elements += digest_values(value[start : start + MANY], digest)
        await asyncio.sleep(0)
    return elements

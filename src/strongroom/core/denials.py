"""Keeps what policies have refused, so that administrators can be told why."""

from __future__ import annotations

import asyncio

import structlog

from strongroom.audit import hiding
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core import foresight
from strongroom.core.attempt import Attempt
from strongroom.core.outage import Outage
from strongroom.lib.errors import PermissionDenied, StrongroomError
from strongroom.services.denials import DenialRecord, rows
from strongroom.services.policy.shortfalls import Sent
from strongroom.sysapi.foresight import reasons_of
from strongroom.sysapi.services import Services

log = structlog.get_logger("denials")

EVERY_S = 5.0
"""How often the denials of a process are written: until then, only this process knows of them."""
_NS = 1_000_000_000
_LONGEST_PATH = 1024
"""Characters.  A path may have 16 KB, of which a flood would fill the store."""
_MOST_REASONS = 8
_LONGEST_REASON = 256
"""Characters: a reason may name a parameter of the client's."""


async def note(attempt: Attempt, refusal: StrongroomError) -> None:
    """Note that policies refuse a request, if there is room.  What it lacked is told without its values."""
    bearer, request, window = attempt.exchange.bearer, attempt.request, attempt.services.denials
    if bearer is None or not isinstance(refusal, PermissionDenied):
        return
    record = bearer.record
    whose = record.key or record.entity_id or record.display_name
    if len(request.path) > _LONGEST_PATH or not window.has_room(whose):
        return
    seen = await foresight.decided(attempt)
    wrap_ttl_ns = request.wrap_ttl_s * _NS if request.wrap_ttl_s else None
    reasons = reasons_of(seen, Sent(request.data, wrap_ttl_ns, seen.fields, seen.stated))
    denial = DenialRecord(
        id=request.id,
        at=request.received_at,
        operation=request.operation.value,
        path=hiding.shown(request.path, attempt.entry, lambda _: "…"),
        namespace=attempt.exchange.namespace.id,
        policies=record.policies,
        token_namespace=record.namespace,
        accessor=record.accessor,
        display_name=record.display_name,
        entity_id=record.entity_id,
        reasons=tuple(reason[:_LONGEST_REASON] for reason in reasons[:_MOST_REASONS]),
    )
    window.note(denial, whose)


class DenialKeeping:
    """Writes the denials of this process every few seconds, and removes those that were kept long enough.

    Without denials it costs nothing.

    Args:
        every_s: how often, in seconds.
    """

    def __init__(self, services: Services, *, every_s: float = EVERY_S) -> None:
        self._services = services
        self._every_s = every_s
        self._outage = Outage(log, "denials can't be asked for")
        self._has_written = True
        """Whether rows of this process, or of an earlier one, may wait to be removed."""

    async def run_forever(self) -> None:
        """Write until cancelled.  What a failing store doesn't take is dropped: the audit log has it."""
        while True:
            await asyncio.sleep(self._every_s)
            try:
                await self.run_once()
                self._outage.is_over()
            except StrongroomError as error:
                self._outage.goes_on(error)

    async def run_once(self) -> None:
        """Write what there is, and remove what is too old.  Raises `StrongroomError`."""
        services, taken = self._services, self._services.denials.take()
        if not taken and not self._has_written:
            return

        now, slot = services.clock.now(), services.random.bytes(6).hex()
        if taken:
            await transact(services.barrier, lambda txn: _write(txn, taken, slot, now))
        # Apart, because it reads what other processes write.
        self._has_written = await transact(services.barrier, lambda txn: rows.prune(txn, now))


async def _write(txn: Transaction, denials: list[DenialRecord], slot: str, now: float) -> None:
    rows.write(txn, denials, slot, now)

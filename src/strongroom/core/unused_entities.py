"""Clears entities that logins have made and nobody uses, in namespaces whose administrators want it."""

from __future__ import annotations

from functools import partial

import msgspec
import structlog

from strongroom.barrier.due import UNUSED_ENTITY, milliseconds
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.login import EXISTING
from strongroom.core.parking import Parking
from strongroom.core.side_by_side import side_by_side
from strongroom.services.due import Due, due_rows
from strongroom.services.identity import clearing, entities, rows
from strongroom.services.identity.records import ClearingRecord, ClearingRun, EntityRecord
from strongroom.services.mfa import methods
from strongroom.services.namespaces import Namespace
from strongroom.storage.base import Fence
from strongroom.sysapi.services import Services

log = structlog.get_logger("identity")

_NAMESPACES = 4
_PAGE = 64
"""Entities of a namespace that one step looks at."""
_AT_ONCE = 8


class UnusedEntities:
    """One step looks at a page of entities in each of some namespaces.  Each entity is cleared by its own commit."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._barrier = services.barrier
        self._parking = Parking(services)

    async def run_once(self, fence: Fence, now: float) -> int:
        """Do one step.  Returns the number of entities looked at; 0 if nothing is due."""
        due = await due_rows(self._barrier.storage, UNUSED_ENTITY, now, _NAMESPACES)
        try_ = self._parking.try_
        return await side_by_side([partial(try_, fence, row, partial(self._step, fence, row, now)) for row in due])

    async def _step(self, fence: Fence, due: Due, now: float) -> int:
        namespace = await transact(self._barrier, partial(self._namespace, fence, due))
        if namespace is None:
            return 1
        record = await transact(self._barrier, lambda txn: clearing.read(txn, namespace.id))
        if record is None:
            return 1
        run = clearing.begun(record, now)
        names = (await self._barrier.storage.list(rows.entities(namespace.id), run.after, _PAGE)).names
        found = await side_by_side(
            [partial(self._entity, fence, namespace, record, name, now) for name in names], _AT_ONCE
        )
        counted = msgspec.structs.replace(
            run,
            after=names[-1] if names else run.after,
            looked_at=run.looked_at + len(names),
            cleared=run.cleared + found,
        )
        await self._advance(fence, namespace, record, counted, done=len(names) < _PAGE, now=now)
        return max(1, len(names))

    async def _namespace(self, fence: Fence, due: Due, txn: Transaction) -> Namespace | None:
        """The namespace of a due row.  A row that is left over from other settings is removed."""
        await txn.guard(fence)
        namespace = await self._services.mounts.namespaces.known(txn, due.id)
        record = await clearing.read(txn, due.id) if namespace is not None else None
        if record is None or milliseconds(record.due_at) != due.at_ms:
            txn.delete(due.row)
            return None
        return namespace

    async def _entity(
        self, fence: Fence, namespace: Namespace, record: ClearingRecord, entity_id: str, now: float
    ) -> int:
        """Clear an entity if nobody uses it.  Returns 1 if so, or if it would have been."""

        async def body(txn: Transaction) -> int:
            await txn.guard(fence)
            # A request that changes the settings, or ends the clearing, ends this too.
            if await clearing.read(txn, namespace.id) != record:
                return 0
            entity = await clearing.unused(txn, namespace.id, entity_id, record.unseen_for_s, now)
            if entity is None or await self._is_admitted_by_name(txn, namespace, entity):
                return 0
            if not record.dry_run:
                await methods.forget_entity(txn, namespace.lineage, entity.id)
                await entities.delete(txn, namespace.id, entity)
            return 1

        return await transact(self._barrier, body)

    async def _is_admitted_by_name(self, txn: Transaction, namespace: Namespace, entity: EntityRecord) -> bool:
        """Whether an auth mount lets in only whom it knows already: without the entity, its person couldn't log in."""
        router = await self._services.mounts.router(txn, namespace.id)
        found = [router.by_accessor.get(accessor) for accessor, _ in entity.aliases]
        return any(entry is not None and entry.record.config.identity_creation == EXISTING for entry in found)

    async def _advance(
        self, fence: Fence, namespace: Namespace, record: ClearingRecord, run: ClearingRun, *, done: bool, now: float
    ) -> None:
        """Store how far the run is, unless the settings have changed meanwhile."""

        async def body(txn: Transaction) -> bool:
            await txn.guard(fence)
            if await clearing.read(txn, namespace.id) != record:
                return False
            clearing.write(txn, namespace.id, record, clearing.advanced(record, run, done=done, now=now))
            return True

        if await transact(self._barrier, body) and done and run.cleared:
            what = "unused entities would be cleared" if run.dry_run else "unused entities are cleared"
            log.info(what, namespace_id=namespace.id, entities=run.cleared, looked_at=run.looked_at)

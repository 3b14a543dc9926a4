"""Login enforcements: rows, and which of them a login has to satisfy."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import InvalidRequest
from strongroom.services.mfa import rows
from strongroom.services.mfa.records import Demand, EnforcementRecord

MOST = 512
"""Enforcements of one namespace.  The first login after a change reads all of them."""


class Index(msgspec.Struct, frozen=True):
    """The enforcements of a namespace, by what they concern.  Each list is sorted by name."""

    records: tuple[EnforcementRecord, ...] = ()
    by_accessor: dict[str, tuple[EnforcementRecord, ...]] = {}
    by_type: dict[str, tuple[EnforcementRecord, ...]] = {}
    by_group: dict[str, tuple[EnforcementRecord, ...]] = {}
    by_entity: dict[str, tuple[EnforcementRecord, ...]] = {}

    def demands(self, *, accessor: str, type_: str, group_ids: Iterable[str], entity_id: str) -> tuple[Demand, ...]:
        """What a login has to prove, each enforcement once, by name (pure)."""
        found = {
            record.name: record
            for records in (
                self.by_accessor.get(accessor, ()),
                self.by_type.get(type_, ()),
                self.by_entity.get(entity_id, ()),
                *(self.by_group.get(group, ()) for group in group_ids),
            )
            for record in records
        }
        return tuple(Demand(name=name, method_ids=found[name].method_ids) for name in sorted(found))

    def using(self, method_id: str) -> EnforcementRecord | None:
        """An enforcement that names a method."""
        return next((record for record in self.records if method_id in record.method_ids), None)


def index_of(records: Iterable[EnforcementRecord]) -> Index:
    """The index of some enforcements (pure)."""
    ordered = tuple(sorted(records, key=lambda record: record.name))

    def by(field: str) -> dict[str, tuple[EnforcementRecord, ...]]:
        out: dict[str, tuple[EnforcementRecord, ...]] = {}
        for record in ordered:
            for value in getattr(record, field):
                out[value] = (*out.get(value, ()), record)
        return out

    return Index(
        records=ordered,
        by_accessor=by("accessors"),
        by_type=by("types"),
        by_group=by("group_ids"),
        by_entity=by("entity_ids"),
    )


async def index(txn: Transaction, namespace: str) -> Index:
    """The index of a namespace's enforcements, made anew when one of them changed."""

    async def build(inner: Transaction) -> Index:
        names = await inner.list(rows.enforcements(namespace))
        found = [await read(inner, namespace, bytes.fromhex(name).decode()) for name in names]
        return index_of(record for record in found if record is not None)

    return await txn.derived(("mfa enforcements", namespace), build)


def _key(namespace: str, name: str) -> str:
    return rows.enforcements(namespace) + name.encode().hex()


async def read(txn: Transaction, namespace: str, name: str) -> EnforcementRecord | None:
    """The enforcement of that name, or None."""
    return await txn.read(_key(namespace, name), EnforcementRecord)


async def write(txn: Transaction, namespace: str, record: EnforcementRecord) -> None:
    """Store an enforcement.  Raises `InvalidRequest` if the namespace has too many."""
    known = await index(txn, namespace)
    if len(known.records) >= MOST and await read(txn, namespace, record.name) is None:
        raise InvalidRequest(f"a namespace has at most {MOST} login enforcements")
    txn.write(_key(namespace, record.name), record)


def delete(txn: Transaction, namespace: str, name: str) -> None:
    """Delete the enforcement of that name, if there is one."""
    txn.delete(_key(namespace, name))

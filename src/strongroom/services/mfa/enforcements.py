"""Login enforcements: rows, and which of them a login has to satisfy."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import InvalidRequest
from strongroom.services.identity import entities
from strongroom.services.mfa import rows
from strongroom.services.mfa.records import Demand, EnforcementRecord, EnforcementUse, MethodRecord

MOST = 512
"""Enforcements of one namespace.  The first login after a change reads all of them."""


class Index(msgspec.Struct, frozen=True):
    """The enforcements of a namespace, by what they concern.  Each list is sorted by name."""

    records: tuple[EnforcementRecord, ...] = ()
    by_accessor: dict[str, tuple[EnforcementRecord, ...]] = {}
    by_type: dict[str, tuple[EnforcementRecord, ...]] = {}
    by_group: dict[str, tuple[EnforcementRecord, ...]] = {}
    by_entity: dict[str, tuple[EnforcementRecord, ...]] = {}

    def concerning(
        self, *, accessor: str, type_: str, group_ids: Iterable[str], entity_id: str
    ) -> list[EnforcementRecord]:
        """The enforcements that concern a login, each once, by name (pure)."""
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
        return [found[name] for name in sorted(found)]


def demands_of(records: Iterable[EnforcementRecord]) -> tuple[Demand, ...]:
    """What enforcements demand (pure).  Those of several namespaces may have one name, and all of them count."""
    out: dict[str, Demand] = {}
    for record in records:
        name = record.name if record.name not in out else f"{record.name}-{record.id}"
        out[name] = Demand(name=name, method_ids=record.method_ids)
    return tuple(out.values())


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
    """The index of a namespace's enforcements, made anew when one of them changed, or an entity of them was merged."""

    async def build(inner: Transaction) -> Index:
        names = await inner.list(rows.enforcements(namespace))
        found = [await read(inner, namespace, bytes.fromhex(name).decode()) for name in names]
        return index_of([record for record in found if record is not None])

    return await txn.derived(("mfa enforcements", namespace), build)


async def read(txn: Transaction, namespace: str, name: str) -> EnforcementRecord | None:
    """The enforcement of that name, with the ids of what its entities were merged into; or None.

    Otherwise a merge would end the demand for a second factor for everybody whom it names.
    """
    record = await txn.read(rows.enforcement(namespace, name), EnforcementRecord)
    if record is None:
        return None
    ids = [await entities.merged_into(txn, namespace, entity_id) for entity_id in record.entity_ids]
    return msgspec.structs.replace(record, entity_ids=tuple(dict.fromkeys(ids)))


async def write(txn: Transaction, namespace: str, record: EnforcementRecord, used: Iterable[MethodRecord]) -> None:
    """Store an enforcement.  Raises `InvalidRequest` if the namespace has too many.

    Args:
        used: its methods.
    """
    known = await index(txn, namespace)
    if len(known.records) >= MOST and await read(txn, namespace, record.name) is None:
        raise InvalidRequest(f"a namespace has at most {MOST} login enforcements")
    for method in used:
        use = f"{rows.uses(method.namespace, method.id)}{namespace}/{record.name.encode().hex()}"
        txn.write(use, EnforcementUse(namespace=namespace, name=record.name))
    txn.write(rows.enforcement(namespace, record.name), record)


def delete(txn: Transaction, namespace: str, name: str) -> None:
    """Delete the enforcement of that name, if there is one."""
    txn.delete(rows.enforcement(namespace, name))

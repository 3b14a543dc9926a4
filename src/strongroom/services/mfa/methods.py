"""The rows of MFA methods."""

from __future__ import annotations

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import InvalidRequest
from strongroom.services.mfa import enforcements, rows
from strongroom.services.mfa.records import TOTP, MethodName, MethodRecord
from strongroom.services.mounts import PendingDeletion

MOST = 256
"""Methods of one namespace."""


async def read(txn: Transaction, namespace: str, method_id: str) -> MethodRecord | None:
    """The method of that id, or None."""
    return await txn.read(rows.methods(namespace) + method_id, MethodRecord)


async def by_name(txn: Transaction, namespace: str, type_: str, name: str) -> MethodRecord | None:
    """The method of that type and name, or None."""
    if not name:
        return None
    known = await txn.read(rows.method_name(namespace, type_, name), MethodName)
    return await read(txn, namespace, known.method_id) if known is not None else None


async def find(txn: Transaction, namespace: str, reference: str) -> MethodRecord | None:
    """The method of that id, or, if only one has it, of that name; None otherwise."""
    found = await read(txn, namespace, reference)
    if found is not None or not reference:
        return found
    prefix = rows.method_names(namespace, reference)
    types = await txn.list(prefix)
    return await by_name(txn, namespace, types[0], reference) if len(types) == 1 else None


async def ids(txn: Transaction, namespace: str) -> list[str]:
    """The ids of all methods, sorted."""
    return await txn.list(rows.methods(namespace))


async def write(txn: Transaction, namespace: str, record: MethodRecord) -> None:
    """Store a method.

    Raises: `InvalidRequest` if another one of its type has the name, or the namespace has too many.
    """
    before = await read(txn, namespace, record.id)
    if before is None and len(await ids(txn, namespace)) >= MOST:
        raise InvalidRequest(f"a namespace has at most {MOST} MFA methods")
    if before is not None and before.name and (before.name, before.type) != (record.name, record.type):
        txn.delete(rows.method_name(namespace, before.type, before.name))
    if record.name:
        other = await by_name(txn, namespace, record.type, record.name)
        if other is not None and other.id != record.id:
            raise InvalidRequest(f'another MFA method of type {record.type} has the name "{record.name}"')
        txn.write(rows.method_name(namespace, record.type, record.name), MethodName(method_id=record.id))
    txn.write(rows.methods(namespace) + record.id, record)


async def delete(txn: Transaction, namespace: str, record: MethodRecord) -> None:
    """Delete a method, and its secrets in the background.  Raises `InvalidRequest` while an enforcement names it."""
    used_by = (await enforcements.index(txn, namespace)).using(record.id)
    if used_by is not None:
        raise InvalidRequest(f"methodID is still used by an enforcement configuration with ID: {used_by.id}")
    txn.delete(rows.methods(namespace) + record.id)
    if record.name:
        txn.delete(rows.method_name(namespace, record.type, record.name))
    prefixes = [rows.tries(namespace, record.id)]
    if record.type == TOTP:
        prefixes.append(rows.secrets(namespace, record.id))
    # An id never comes back, so nothing reaches these rows any more.
    txn.write(f"{keys.PENDING_DELETION}mfa-{record.id}", PendingDeletion(prefixes=tuple(prefixes)))


async def forget_entity(txn: Transaction, namespace: str, entity_id: str) -> None:
    """Delete all secrets and tries of an entity that is deleted."""
    for method_id in await ids(txn, namespace):
        txn.delete(rows.secrets(namespace, method_id) + entity_id)
        txn.delete(rows.tries(namespace, method_id) + entity_id)

"""The rows of MFA methods."""

from __future__ import annotations

from collections.abc import Sequence

from strongroom.barrier import keys
from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import InvalidRequest
from strongroom.services.mfa import enforcements, rows
from strongroom.services.mfa.records import (
    TOTP,
    EnforcementRecord,
    EnforcementUse,
    MethodName,
    MethodRecord,
    TotpSecret,
    Tries,
)
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


async def usable(txn: Transaction, lineage: Sequence[str], method_id: str) -> MethodRecord | None:
    """The method of that id in a namespace or above it, or None.

    Args:
        lineage: ids of the namespace's ancestors, root first, and its own.
    """
    for namespace in reversed(lineage):
        found = await read(txn, namespace, method_id)
        if found is not None:
            return found
    return None


async def find(txn: Transaction, lineage: Sequence[str], reference: str) -> MethodRecord | None:
    """The usable method of that id, or of that name in the nearest namespace, if only one there has it."""
    found = await usable(txn, lineage, reference)
    if found is not None or not reference:
        return found
    for namespace in reversed(lineage):
        types = await txn.list(rows.method_names(namespace, reference))
        if types:
            return await by_name(txn, namespace, types[0], reference) if len(types) == 1 else None
    return None


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
    used_by = await _used_by(txn, record)
    if used_by is not None:
        raise InvalidRequest(f"methodID is still used by an enforcement configuration with ID: {used_by.id}")
    txn.delete(rows.methods(namespace) + record.id)
    if record.name:
        txn.delete(rows.method_name(namespace, record.type, record.name))
    prefixes = [rows.tries(namespace, record.id), rows.uses(namespace, record.id)]
    if record.type == TOTP:
        prefixes.append(rows.secrets(namespace, record.id))
    # An id never comes back, so nothing reaches these rows any more.
    txn.write(f"{keys.PENDING_DELETION}mfa-{record.id}", PendingDeletion(prefixes=tuple(prefixes)))


async def forget_entity(txn: Transaction, lineage: Sequence[str], entity_id: str) -> None:
    """Delete all secrets and tries of an entity that is deleted.

    Args:
        lineage: of the entity's namespace, as in `usable`.
    """
    for namespace in lineage:
        for method_id in await ids(txn, namespace):
            # Only what is there: a commit has room for few keys.
            secret, tries = (place + entity_id for place in _of_entities(namespace, method_id))
            if await txn.read(secret, TotpSecret) is not None:
                txn.delete(secret)
            if await txn.read(tries, Tries) is not None:
                txn.delete(tries)


async def move_secrets(
    txn: Transaction, lineage: Sequence[str], sources: Sequence[str], to: str, *, keep_own: bool
) -> None:
    """Give the secrets of entities, and what was tried with them, to the one that they are merged into.

    So a code that has counted doesn't count again, and a block goes on.  What the merged ones have left is for
    `forget_entity`.

    Args:
        sources: ids of the entities that are merged. to: id of the one that remains. keep_own: whether it keeps its own
        secret where both have one.

    Raises: `InvalidRequest` for a method of which both have a secret.
    """
    for namespace in lineage:
        for method_id in await ids(txn, namespace):
            own = await _proved_secret(txn, namespace, method_id, to)
            for source in sources:
                secret = await _proved_secret(txn, namespace, method_id, source)
                if secret is None:
                    continue
                if own is not None and not keep_own:
                    raise InvalidRequest(f'conflicting MFA config ID "{method_id}" in entity ID "{source}"')
                if own is None:
                    own = secret
                    txn.write(rows.secrets(namespace, method_id) + to, secret)
                    await _move_tries(txn, namespace, method_id, source, to)


async def _proved_secret(txn: Transaction, namespace: str, method_id: str, entity_id: str) -> TotpSecret | None:
    """An entity's secret, unless a login has yet to prove it: whoever knows a password can make one of those."""
    secret = await txn.read(rows.secrets(namespace, method_id) + entity_id, TotpSecret)
    return secret if secret is not None and not secret.pending_for else None


async def _move_tries(txn: Transaction, namespace: str, method_id: str, source: str, to: str) -> None:
    """Take along what was tried with a secret, so that no used code counts again and no block ends."""
    prefix = rows.tries(namespace, method_id)
    tries = await txn.read(prefix + source, Tries)
    if tries is not None:
        txn.write(prefix + to, tries)
    elif await txn.read(prefix + to, Tries) is not None:
        txn.delete(prefix + to)  # it was about another secret


def _of_entities(namespace: str, method_id: str) -> tuple[str, str]:
    """The prefixes of what a method knows of each entity: its secret, and what it has tried."""
    return rows.secrets(namespace, method_id), rows.tries(namespace, method_id)


async def _used_by(txn: Transaction, record: MethodRecord) -> EnforcementRecord | None:
    """An enforcement that names a method, in its namespace or below."""
    prefix = rows.uses(record.namespace, record.id)
    for name in await txn.scan(prefix):
        use = await txn.read(prefix + name, EnforcementUse)
        found = await enforcements.read(txn, use.namespace, use.name) if use is not None else None
        if found is not None and record.id in found.method_ids:
            return found
    return None

"""Keeps back a login that needs a second factor.  Until it is proved, there is a row, and no token."""

from __future__ import annotations

from typing import Any

import msgspec

from strongroom.barrier.transaction import Transaction
from strongroom.core.attempt import Attempt
from strongroom.lib.errors import PermissionDenied
from strongroom.lib.rand import uuid4
from strongroom.sdk.response import Auth, SecondFactor
from strongroom.services.identity.external import Answer
from strongroom.services.mfa import credentials, enforcements, enrollment, methods, pending, rows
from strongroom.services.mfa.records import DUO, TOTP, Demand, EnforcementRecord, MethodRecord, PendingLogin
from strongroom.services.mounts import MountEntry

WARNING = (
    "A login request was issued that is subject to MFA validation. Please make sure to validate the login by sending "
    "another request to mfa/validate endpoint."
)
CHANGED = "what the login has to prove changed meanwhile: log in again"


class Proof(msgspec.Struct, frozen=True):
    """The second factor of a login, as it was proved."""

    entity_id: str
    """Whose factor it is; empty for a login without an entity."""
    method_ids: frozenset[str]


class Held(msgspec.Struct, frozen=True):
    """A login that is kept back."""

    block: dict[str, Any]
    """The `auth` of its answer."""
    second_factor: SecondFactor | None
    """What the client sent with the login to prove it; None if it sent nothing."""

    def __repr__(self) -> str:
        return "Held(…)"


async def demands_of(attempt: Attempt, entry: MountEntry, auth: Auth, entity_id: str) -> tuple[Demand, ...]:
    """What a login at the mount has to prove: as a member of the groups that it is in, and of those that it names."""
    txn, found = attempt.txn, list[EnforcementRecord]()
    identity, home = attempt.services.identity, attempt.exchange.namespace.id
    # Those of the namespaces above count too.
    for namespace in attempt.exchange.namespace.lineage:
        index = await enforcements.index(txn, namespace)
        if not index.records:
            continue
        groups: tuple[str, ...] = ()
        if entity_id and index.by_group:
            members = [*await identity.groups_of(txn, namespace, entity_id)]
            if auth.group_aliases and namespace == home:
                answer = Answer(entry.mount.accessor, auth.group_aliases, attempt.request.received_at)
                members += await identity.named_groups(txn, namespace, answer)
            groups = tuple(group.id for group in members)
        found += index.concerning(
            accessor=entry.mount.accessor, type_=entry.record.type, group_ids=groups, entity_id=entity_id
        )
    return enforcements.demands_of(found)


async def hold(attempt: Attempt, entry: MountEntry, auth: Auth, entity_id: str, proved: Proof | None) -> Held | None:
    """Keep a login back if it needs a second factor.  Returns None if it doesn't, or has proved it.

    Args:
        proved: what was proved; None for a login that has just begun.

    Raises: `PermissionDenied` if the login has to prove more than it has, or is another entity's now.
    """
    demands = await demands_of(attempt, entry, auth, entity_id)
    if proved is not None:
        # The alias may lead to another entity since, which has secrets of its own.
        of_another = proved.entity_id != entity_id
        if of_another or any(proved.method_ids.isdisjoint(demand.method_ids) for demand in demands):
            raise PermissionDenied(CHANGED)
        return None
    if not demands:
        return None
    services, txn, request = attempt.services, attempt.txn, attempt.request
    given = credentials.from_header(request.headers.get(credentials.HEADER, ""))
    request_id = txn.once("mfa request id", lambda: uuid4(services.random))
    digest, namespace = rows.digest(request_id), attempt.exchange.namespace.id
    pending.put(txn, namespace, digest, _record(attempt, entry, auth, entity_id, demands))
    return Held(
        block=await _block(txn, attempt.exchange.namespace.lineage, request_id, demands, entity_id),
        second_factor=SecondFactor(login=digest, by_method=given.by_method, at_once=True) if given else None,
    )


def _record(
    attempt: Attempt, entry: MountEntry, auth: Auth, entity_id: str, demands: tuple[Demand, ...]
) -> PendingLogin:
    request = attempt.request
    return PendingLogin(
        mount=entry.record.id,
        accessor=entry.mount.accessor,
        path=request.path,
        entity_id=entity_id,
        created_at=request.received_at,
        expires_at=request.received_at + pending.LIFETIME_S,
        demands=demands,
        display_name=auth.display_name,
        metadata=auth.metadata,
        alias=auth.alias,
        alias_metadata=auth.alias_metadata,
        renewable=auth.renewable,
        token=auth.token,
        internal=auth.internal,
        group_aliases=auth.group_aliases,
    )


def auth_of(record: PendingLogin) -> Auth:
    """The login as the auth method gave it."""
    return Auth(
        display_name=record.display_name,
        metadata=record.metadata,
        alias=record.alias,
        alias_metadata=record.alias_metadata,
        renewable=record.renewable,
        token=record.token,
        internal=record.internal,
        group_aliases=record.group_aliases,
    )


async def _block(
    txn: Transaction, lineage: tuple[str, ...], request_id: str, demands: tuple[Demand, ...], entity_id: str
) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    for demand in demands:
        found = [await methods.usable(txn, lineage, id_) for id_ in demand.method_ids]
        may_enroll = {
            method.id for method in found if method and await _may_enroll(txn, lineage, demands, method, entity_id)
        }
        shown = [_choice(method, may_enroll=method.id in may_enroll) for method in found if method is not None]
        constraints[demand.name] = {"any": shown}
    return {
        "client_token": "",
        "accessor": "",
        "policies": None,
        "metadata": None,
        "lease_duration": 0,
        "renewable": False,
        "entity_id": "",
        "token_type": "default",
        "orphan": False,
        "mfa_requirement": {"mfa_request_id": request_id, "mfa_constraints": constraints},
        "num_uses": 0,
    }


def _choice(method: MethodRecord, *, may_enroll: bool) -> dict[str, Any]:
    """A method as clients see it that have to choose one."""
    uses_passcode = method.type == TOTP or (method.type == DUO and method.duo is not None and method.duo.use_passcode)
    shown: dict[str, Any] = {"type": method.type, "id": method.id}
    if uses_passcode:
        shown["uses_passcode"] = True
    if method.name:
        shown["name"] = method.name
    if may_enroll:
        shown["self_enrollment_enabled"] = True
    return shown


async def _may_enroll(
    txn: Transaction, lineage: tuple[str, ...], demands: tuple[Demand, ...], method: MethodRecord, entity_id: str
) -> bool:
    if method.totp is None or not await enrollment.is_open(txn, lineage, demands, method, entity_id):
        return False
    return await enrollment.secret_of(txn, method, entity_id) is None

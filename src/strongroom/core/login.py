"""Makes the token of a successful login.  Counts failed logins, which lock a user out."""

from __future__ import annotations

from typing import Any

import msgspec

from strongroom.barrier.transaction import Transaction
from strongroom.core.attempt import Attempt
from strongroom.core.login_role import role_of
from strongroom.core.second_factor import holding
from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest, PermissionDenied
from strongroom.sdk.response import Auth, SecondFactor
from strongroom.sdk.token_fields import NON_ASSIGNABLE, address_allowed
from strongroom.sdk.token_settings import TokenSettings
from strongroom.services.exchange import ApiRequest
from strongroom.services.identity.external import Answer
from strongroom.services.mounts import MountEntry, lockout
from strongroom.services.mounts.lockout import FailedLogins, is_locked, key_of, source_of
from strongroom.services.namespaces import Namespace
from strongroom.services.quotas.lease_counts import Asked
from strongroom.services.tokens import Bearer, TokenRecord, telling
from strongroom.services.tokens.binding import NO_ADDRESS
from strongroom.services.tokens.logic import ROOT, clean_policies, grant_ttl, parse_cidrs
from strongroom.services.tokens.records import BATCH, SERVICE, kept
from strongroom.services.tokens.shown import auth_block
from strongroom.services.withdrawals import Issue
from strongroom.services.withdrawals.matching import Facts
from strongroom.services.withdrawals.standing import check_login, standing

EXISTING = "existing"


class Login(msgspec.Struct, frozen=True):
    """The result of a login: its token."""

    block: dict[str, Any]
    warnings: list[str]
    held: bool = False
    """Whether there is no token yet, because the login needs a second factor."""
    second_factor: SecondFactor | None = None
    """What the client sent with the login to prove it."""
    bearer: Bearer | None = None
    """The token itself, if the request doesn't keep it."""

    def __repr__(self) -> str:
        return f"Login({self.block.get('accessor', '')})"


def token_kind(wanted: str, tuned: str) -> str:
    """`service` or `batch`, from the role's setting and the mount's."""
    if tuned in {SERVICE, BATCH}:
        return tuned
    choice = wanted if wanted not in {"", "default"} else tuned
    return BATCH if choice in {BATCH, "default-batch"} else SERVICE


async def log_in(attempt: Attempt, entry: MountEntry, auth: Auth, *, proved: holding.Proof | None = None) -> Login:
    """Make the token of a successful login at the mount `entry`, or keep the login back for its second factor.

    Args:
        proved: the second factor that was proved; None if the login has just begun.
    """
    services, txn, request = attempt.services, attempt.txn, attempt.request
    mount, now, namespace = entry.mount, request.received_at, attempt.exchange.namespace
    settings, warnings = _granted(request, entry, auth)
    if auth.group_required:  # before the login leaves a row
        await _check_groups(attempt, entry, auth)
    entity_id = ""
    if auth.alias:
        entity_id = await _identify(attempt, entry, auth)
    held = await holding.hold(attempt, entry, auth, entity_id, proved)
    if held is not None:
        return Login(held.block, [holding.WARNING], held=True, second_factor=held.second_factor)
    if entity_id and auth.group_aliases is not None:  # not before: a password alone must not prolong a membership
        answer = Answer(mount.accessor, auth.group_aliases, now)
        await services.identity.answered(txn, namespace.id, entity_id, answer)
    is_row = settings.type == SERVICE
    token = services.tokens.new_token(txn, "login", namespace.id) if is_row or not request.keeps_token else ""
    record = TokenRecord(
        key=services.tokens.key_of(token) if is_row else "",
        accessor=services.tokens.new_accessor(txn, "login", namespace.id) if is_row else "",
        path=_path(entry, request.path),
        created_at=now,
        display_name=_display_name(namespace, mount.path, auth.display_name),
        metadata=auth.metadata or None,
        creation_ttl_s=settings.ttl_s,
        expires_at=now + settings.ttl_s,
        renewable=auth.renewable and is_row,
        auth_mount=entry.record.id,
        entity_id=entity_id,
        bound_ip=request.address if settings.strictly_bind_ip else "",
        internal=auth.internal,
        alias=auth.alias,
        namespace=namespace.id,
        alias_mount=mount.accessor if auth.alias else "",
        alias_metadata=auth.alias_metadata,
        issued=Issue(address=request.address, mount=entry.record.id),
        **kept(settings),
    )
    await services.tokens.require_issuable(txn, record, services.mounts)
    await services.identity.has_token(txn, entity_id, record.expires_at, now)
    await services.clients.saw(txn, services.mounts, record, now)
    record = await _counted(attempt, entry, record, keeps_token=request.keeps_token)
    if is_row:
        services.tokens.create(txn, record)
    elif request.keeps_token:
        token = await services.tokens.seal_batch(txn, record)
    telling.logged_in(txn, record, mount.path, mount.accessor, mount.type)
    identity = await services.identity.policies_of(txn, attempt.exchange.namespace.id, entity_id)
    block = auth_block(token, record, orphan=True, num_uses=record.num_uses, identity=identity)
    return Login(block, warnings, bearer=None if request.keeps_token else Bearer(token, record, is_kept=False))


async def _counted(attempt: Attempt, entry: MountEntry, record: TokenRecord, *, keeps_token: bool) -> TokenRecord:
    """The token, counted for the lease count quotas that are for it.  A token that serves one request isn't."""
    counts, txn = attempt.services.lease_counts, attempt.txn
    if not keeps_token:
        return record
    role = await role_of(attempt) if (await counts.index(txn)).asks_role(entry.record.id) else ""
    counted = await counts.of_token(
        txn,
        attempt.exchange.namespace,
        Asked(entry.record.id, attempt.request.path[len(entry.record.full_path) :], role, attempt.request.path),
        stored=bool(record.key),
    )
    return msgspec.structs.replace(record, counted=counted) if counted else record


async def _identify(attempt: Attempt, entry: MountEntry, auth: Auth) -> str:
    """The id of the entity that logs in.

    Raises: `PermissionDenied` for a disabled entity, and for a new one where the mount makes none.
    """
    identity, txn, accessor = attempt.services.identity, attempt.txn, entry.mount.accessor
    namespace, now = attempt.exchange.namespace.id, attempt.request.received_at
    entity = await identity.by_alias(txn, namespace, accessor, auth.alias)
    if entity is None and entry.record.config.identity_creation == EXISTING:
        raise PermissionDenied("permission denied", detail="the mount makes no entities (identity_creation)")
    if entity is not None and entity.disabled:
        raise PermissionDenied("permission denied")
    return await identity.entity_of(txn, namespace, accessor, auth.alias, metadata=auth.alias_metadata, now=now)


async def _check_groups(attempt: Attempt, entry: MountEntry, auth: Auth) -> None:
    """Raise `PermissionDenied` unless one of the login's groups has an alias of this mount."""
    answer = Answer(entry.mount.accessor, auth.group_aliases or (), attempt.request.received_at)
    if not await attempt.services.identity.named_groups(attempt.txn, attempt.exchange.namespace.id, answer):
        raise PermissionDenied("no group of this login is mapped here")


def _path(entry: MountEntry, path: str) -> str:
    """The path of the login, without what its method declares secret: lookups and lease ids show it."""
    start = len(entry.record.full_path)
    found = entry.engine.routes.secret_part(path[start:]) if entry.engine is not None else None
    return path if found is None else path[: start + found[1]].rstrip("/")


def _display_name(namespace: Namespace, mount: str, name: str) -> str:
    """The name of the mount, and the method's own name for the client.  Outside root, the namespace's comes first."""
    place = mount.removeprefix("auth/") if namespace.is_root else f"{namespace.path}{mount}".replace("/", "-")
    return "-".join(filter(None, (place.rstrip("/-"), name)))


def _granted(request: ApiRequest, entry: MountEntry, auth: Auth) -> tuple[TokenSettings, list[str]]:
    """The settings of the new token, from its user or role, within the mount's limits; and warnings.

    Raises: `InvalidRequest`, `PermissionDenied`.
    """
    mount, wanted = entry.mount, auth.token
    settings = msgspec.structs.replace(
        wanted,
        policies=clean_policies(wanted.policies, add_default=not wanted.no_default_policy),
        type=token_kind(wanted.type, mount.token_type),
        bound_cidrs=parse_cidrs(wanted.bound_cidrs),
    )
    _check(auth, settings)
    _check_address(request.address, settings)
    ttl_s, warnings = grant_ttl(
        wanted_s=wanted.ttl_s,
        default_s=mount.default_lease_ttl_s,
        max_s=min((limit for limit in (mount.max_lease_ttl_s, wanted.max_ttl_s) if limit), default=0),
        explicit_max_s=wanted.explicit_max_ttl_s,
        period_s=wanted.period_s,
    )
    settings = msgspec.structs.replace(settings, ttl_s=ttl_s)
    if not request.keeps_token:  # it has no row, and is used once
        settings = msgspec.structs.replace(settings, type=BATCH, num_uses=0)
    return settings, warnings


def _check(auth: Auth, settings: TokenSettings) -> None:
    """Refuse a login whose token can't have the settings of its user or role.  Raises `InvalidRequest`."""
    limits.check_map("metadata", auth.metadata)
    limits.check_map("metadata of the alias", auth.alias_metadata)
    limits.check_names("policies", auth.token.policies)
    limits.check_name("display_name", auth.display_name)
    limits.check_name("alias", auth.alias)
    if ROOT in settings.policies:
        raise InvalidRequest("auth methods cannot create root tokens")
    for name in settings.policies:
        if name in NON_ASSIGNABLE:
            raise InvalidRequest(f'cannot assign policy "{name}"')
    if settings.type == BATCH and settings.num_uses:
        # The mount's type may make it a batch token.  A batch token has no row, so nothing can count its uses.
        raise InvalidRequest('batch tokens cannot have "num_uses" set')


def _check_address(address: str, settings: TokenSettings) -> None:
    # Auth methods check the address too, before they check the password.  This check covers a method that forgets it.
    if not address_allowed(address, settings.bound_cidrs):
        raise PermissionDenied("permission denied")
    if settings.strictly_bind_ip and not address:
        raise InvalidRequest(NO_ADDRESS)


async def check_place(attempt: Attempt, entry: MountEntry) -> None:
    """Raise `PermissionDenied` for a login from a network, or at a mount, that nothing is issued to."""
    if not await standing(attempt.txn):
        return
    request, namespace = attempt.request, attempt.exchange.namespace
    facts = Facts(
        at=request.received_at,
        namespace=namespace.id,
        path=request.path,
        mounts=(entry.record.id,),
        address=request.address,
        client_known=False,
    )
    await check_login(attempt.txn, namespace, facts)


async def check_lockout(txn: Transaction, entry: MountEntry, user: str, request: ApiRequest) -> None:
    """Raise `PermissionDenied` while the user is locked out."""
    if entry.lockout is None or not user:
        return
    key = key_of(entry.record, user, source_of(entry.lockout, request.address))
    if is_locked(entry.lockout, await txn.read(key, FailedLogins), request.received_at):
        raise PermissionDenied("permission denied")


async def count_failure(txn: Transaction, entry: MountEntry, user: str, request: ApiRequest) -> None:
    """Count a failed login."""
    if entry.lockout is not None and user:
        now, address = request.received_at, request.address
        await lockout.count_failure(txn, entry.record, entry.lockout, user, now, address=address)


async def clear_failures(txn: Transaction, entry: MountEntry, user: str, request: ApiRequest) -> None:
    """Forget the failures of a user who has logged in."""
    if user and entry.lockout is not None:
        await lockout.forget_failures(txn, entry.record, user, source_of(entry.lockout, request.address))

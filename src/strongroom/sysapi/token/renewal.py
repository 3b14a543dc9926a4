"""How long a token may live on: by its role, by the auth method that it came from, by its mount."""

from __future__ import annotations

import msgspec

from strongroom.barrier import keys
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.engine import AuthMethod
from strongroom.sdk.request import Mount, Operation, Request
from strongroom.sdk.response import Auth
from strongroom.sdk.token_fields import KEEP, NARROW, PoliciesChanged
from strongroom.sdk.token_settings import TokenSettings
from strongroom.sdk.view import View
from strongroom.services.identity.external import Answer
from strongroom.services.mounts import MountEntry
from strongroom.services.tokens import TokenRecord, TokenRole
from strongroom.services.tokens.logic import grant_ttl
from strongroom.sysapi.context import SystemView, system

_TOKENS = "auth/token/"


async def renewed(request: Request, record: TokenRecord, increment_s: int) -> tuple[TokenRecord, list[str]]:
    """Prolong a token.

    Args:
        increment_s: the requested time; 0 for the default of the token or its method.

    Returns: the token's new row, and warnings for the client.

    Raises: `InvalidRequest` after its last moment, or if its role or auth method refuses.
    """
    view = system(request)
    # The token may be of a namespace below the request's.
    router = await view.services.mounts.router(view.txn, record.namespace)
    entry = router.by_id.get(record.auth_mount) if record.auth_mount else None
    if entry is not None:
        entry.check_open()
    mount = (entry or router.by_path[_TOKENS]).mount
    settings = await (_of_method(view, request, entry, record) if entry is not None else _of_role(view, record))
    kept = set(settings.policies)  # a renewal may take policies away, and never adds one
    record = msgspec.structs.replace(record, policies=tuple(name for name in record.policies if name in kept))
    ttl_s, warnings = grant_ttl(
        wanted_s=increment_s or settings.ttl_s,
        default_s=mount.default_lease_ttl_s,
        max_s=_ceiling(mount, settings),
        explicit_max_s=settings.explicit_max_ttl_s,
        period_s=settings.period_s,
        lived_s=int(request.now) - int(record.created_at),
    )
    if ttl_s <= 0:
        raise InvalidRequest("past the max TTL, cannot renew")
    changed = await view.services.tokens.extend(view.txn, record, ttl_s, request.now)
    await view.services.identity.has_token(view.txn, record.entity_id, changed.expires_at, request.now)
    return changed, warnings


def _ceiling(mount: Mount, settings: TokenSettings) -> int:
    return min((limit for limit in (mount.max_lease_ttl_s, settings.max_ttl_s) if limit), default=0)


def _refused(reason: str) -> InvalidRequest:
    return InvalidRequest(f"1 error occurred:\n\t* failed to renew entry: {reason}\n\n")


async def _of_role(view: SystemView, record: TokenRecord) -> TokenSettings:
    """A token made by a token: its role as it is now, if it has one."""
    period_s, explicit_s = record.period_s, record.explicit_max_ttl_s
    if record.role:
        role = await view.txn.read(keys.token_roles(record.namespace) + record.role, TokenRole)
        if role is None:
            raise _refused(f'original token role "{record.role}" could not be found, not renewing')
        period_s = min((s for s in (period_s, role.period_s) if s), default=0)
        explicit_s = min((s for s in (explicit_s, role.explicit_max_ttl_s) if s), default=0)
    return msgspec.structs.replace(record.settings, max_ttl_s=0, period_s=period_s, explicit_max_ttl_s=explicit_s)


async def _of_method(view: SystemView, request: Request, entry: MountEntry, record: TokenRecord) -> TokenSettings:
    """A token from a login, with the present settings of its auth method."""
    auth = Auth(
        display_name=record.display_name,
        metadata=record.metadata or {},
        alias=record.alias,
        renewable=record.renewable,
        internal=record.internal,
        token=record.settings,
    )
    if isinstance(entry.engine, AuthMethod):
        asked = Request(
            operation=Operation.UPDATE,
            path=record.path.removeprefix(entry.record.full_path),
            data={},
            mount=entry.mount,
            view=View(view.txn, entry.prefix),
            once=request.once,
            received_at=request.now,
            request_id=request.request_id,
            address=request.address,
            certificates=request.certificates,
        )
        try:
            auth = await entry.engine.renew_token(asked, auth)
        except PoliciesChanged as changed:
            auth = _despite(changed, entry.record.config.on_policy_change)
        except InvalidRequest as error:
            raise _refused(error.text) from error
        if auth.group_aliases is not None and record.entity_id:
            answer = Answer(entry.mount.accessor, auth.group_aliases, request.now)
            await view.services.identity.answered(view.txn, record.namespace, record.entity_id, answer)
    return auth.token


def _despite(changed: PoliciesChanged, rule: str) -> Auth:
    """The login that is renewed although its policies have changed.

    Args:
        rule: the mount's; empty for the usual one of its method.

    Raises: `InvalidRequest`.
    """
    rule = rule or changed.usual
    if rule == KEEP:
        return changed.auth
    if rule == NARROW:
        return changed.narrowed()
    raise _refused(changed.text) from changed

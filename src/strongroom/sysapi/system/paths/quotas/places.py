"""What a quota's path means: a namespace, a mount, or paths in a mount."""

from __future__ import annotations

from collections.abc import Mapping

from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.engine import AuthMethod
from strongroom.services.mounts import AUTH, MountEntry
from strongroom.services.namespaces import ROOT, Namespace
from strongroom.services.quotas.records import QuotaScope
from strongroom.services.quotas.rows import MOST
from strongroom.services.quotas.scope import Scoped, key_of
from strongroom.sysapi.context import SystemView

_LONGEST: int = 1024
"""Bytes of a path."""


async def scope_of(view: SystemView, path: str, role: str, *, inheritable: bool | None, additional: bool) -> QuotaScope:
    """The requests that a quota is for.

    Args:
        path: as it was given. inheritable: None if it wasn't said.

    Raises: `InvalidRequest` for a path that leads nowhere, and for what doesn't go together.
    """
    limits.check_name("path", path, _LONGEST)
    limits.check_name("role", role)
    mount, suffix, entry = "", "", None
    namespace, rest = await _inside(view, path.strip("/"))
    if rest:
        entry = (await view.services.mounts.router(view.txn, namespace.id)).find(rest)
        if entry is None:
            raise InvalidRequest(f'invalid mount path "{rest}/"')
        mount, suffix = entry.record.id, rest[len(entry.record.full_path) :]
    if "*" in suffix[:-1]:
        raise InvalidRequest('"*" stands only at the end of a path')
    if role:
        _check_role(entry, suffix)
    if inheritable and mount:
        raise InvalidRequest("inheritable can only be set on a quota whose path is a namespace")
    is_global = namespace.is_root and not mount
    return QuotaScope(
        namespace=namespace.id,
        mount=mount,
        mount_path=entry.record.full_path if entry is not None else "",
        suffix=suffix,
        role=role,
        inheritable=is_global if inheritable is None else inheritable,
        additional=additional,
    )


async def _inside(view: SystemView, path: str) -> tuple[Namespace, str]:
    """The namespace that a path leads into, if only to it itself, and the rest of the path."""
    namespace = ROOT
    while path:
        first, _, rest = path.partition("/")
        below = await view.services.mounts.namespaces.below(view.txn, namespace, first)
        if below is None:
            break
        namespace, path = below, rest
    return namespace, path


def _check_role(entry: MountEntry | None, suffix: str) -> None:
    if suffix:
        raise InvalidRequest(
            "Quotas cannot contain both a path suffix and a role. If a role is provided, path must be a valid auth "
            "mount with a concept of roles"
        )
    shown = entry.record.full_path if entry is not None else ""
    if entry is None or entry.record.table != AUTH:
        raise InvalidRequest(
            f'Mount path "{shown}" is not a valid auth method and therefore unsuitable for use with role-based quotas'
        )
    if not isinstance(entry.engine, AuthMethod) or not entry.engine.login_roles:
        raise InvalidRequest(f'Mount path "{shown}" does not support use with role-based quotas')


def check_free(name: str, scope: QuotaScope, others: Mapping[str, Scoped]) -> None:
    """Raise `InvalidRequest` if another quota is for the same requests, or if there are too many."""
    if name not in others and len(others) >= MOST:
        raise InvalidRequest(f"there are {MOST} quotas already, and more are not possible")
    if scope.additional:
        return
    for other, quota in others.items():
        if other != name and not quota.scope.additional and key_of(quota.scope) == key_of(scope):
            raise InvalidRequest(f'quota rule with similar properties exists under the name "{other}"')


async def shown_path(view: SystemView, scope: QuotaScope) -> str:
    """The path of a quota, as its mount has it now."""
    namespace = await view.services.mounts.namespaces.by_id(view.txn, scope.namespace)
    return f"{namespace.path if namespace is not None else ''}{scope.mount_path}{scope.suffix}"

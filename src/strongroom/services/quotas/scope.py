"""Which quotas count for a request (pure).

The most specific one counts, as in Vault: by role, by path, by the longest beginning of a path, by mount, by namespace,
by the closest namespace above whose quota is inherited.  Each additional quota for the request counts beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar

from strongroom.services.namespaces import Namespace
from strongroom.services.quotas.records import QuotaScope


class Scoped(Protocol):
    """A quota of any kind."""

    @property
    def scope(self) -> QuotaScope:
        """The requests that it is for."""
        ...


Q = TypeVar("Q", bound=Scoped)


class QuotaIndex(Generic[Q]):
    """All quotas of one kind, by what they are for."""

    def __init__(self, quotas: Iterable[Q]) -> None:
        self._exact: dict[tuple[str, str, str, str], Q] = {}
        self._globs: dict[str, list[Q]] = {}
        self._additional: list[Q] = []
        self._roles: set[str] = set()
        self._below: dict[str, str] = {}
        for quota in quotas:
            scope = quota.scope
            if scope.role:
                self._roles.add(scope.mount)
            if scope.suffix:
                self._below[scope.mount] = scope.mount_path
            if scope.additional:
                self._additional.append(quota)
            elif scope.suffix.endswith("*"):
                self._globs.setdefault(scope.mount, []).append(quota)
            else:
                self._exact[key_of(scope)] = quota
        for globs in self._globs.values():
            globs.sort(key=lambda quota: len(quota.scope.suffix), reverse=True)

    @property
    def is_empty(self) -> bool:
        """Whether there is no quota."""
        return not (self._exact or self._globs or self._additional)

    def asks_role(self, mount: str) -> bool:
        """Whether the role of a login at this mount matters."""
        return mount in self._roles

    def looks_below(self, mount: str) -> str | None:
        """The path of this mount, if paths in it matter; else None."""
        return self._below.get(mount)

    def applying(self, namespace: Namespace, mount: str, path: str, role: str = "") -> tuple[Q, ...]:
        """The quotas that count for a request, all of which have to allow it.

        Args:
            mount: its id; empty if no mount serves the path. path: in the mount. role: of a login.
        """
        path = path.rstrip("/")
        specific = self._specific(namespace, mount, path, role)
        found = () if specific is None else (specific,)
        if not self._additional:
            return found
        return (*found, *(quota for quota in self._additional if covers(quota.scope, namespace, mount, path, role)))

    def _specific(self, namespace: Namespace, mount: str, path: str, role: str) -> Q | None:
        exact = self._exact
        if mount:
            if role and (quota := exact.get((namespace.id, mount, "", role))) is not None:
                return quota
            if path and (quota := exact.get((namespace.id, mount, path, ""))) is not None:
                return quota
            for quota in self._globs.get(mount, ()):
                if path.startswith(quota.scope.suffix[:-1]):
                    return quota
            if (quota := exact.get((namespace.id, mount, "", ""))) is not None:
                return quota
        for id_ in reversed(namespace.lineage):
            quota = exact.get((id_, "", "", ""))
            if quota is not None and (quota.scope.inheritable or id_ == namespace.id):
                return quota
        return None


def key_of(scope: QuotaScope) -> tuple[str, str, str, str]:
    """What no other quota may be for, unless one of them is additional."""
    return scope.namespace, scope.mount, scope.suffix, scope.role


def covers(scope: QuotaScope, namespace: Namespace, mount: str, path: str, role: str) -> bool:
    """Whether a request is one of those that a quota is for, whatever other quotas there are."""
    if scope.namespace != namespace.id and not (scope.inheritable and scope.namespace in namespace.lineage):
        return False
    if not scope.mount:
        return True
    if scope.mount != mount or (scope.role and scope.role != role):
        return False
    if scope.suffix.endswith("*"):
        return path.startswith(scope.suffix[:-1])
    return not scope.suffix or scope.suffix == path

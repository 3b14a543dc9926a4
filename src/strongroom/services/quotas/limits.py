"""Rate limits in the form in which requests are checked against them (pure)."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from strongroom.services.namespaces import ROOT, Namespace
from strongroom.services.quotas.records import BY_ENTITY, QuotaScope, QuotaSettings, RateLimit
from strongroom.services.quotas.scope import QuotaIndex
from strongroom.services.quotas.table import MOST, Allowance

_SECOND_US = 1_000_000
_SYSTEM = "sys/"


class Bound(msgspec.Struct, frozen=True):
    """One rate limit."""

    name: str
    id: str
    scope: QuotaScope
    group_by: str
    allowance: Allowance
    secondary: Allowance
    """Of clients without an entity."""

    @property
    def by_entity(self) -> bool:
        """Whether it has to be known whose the token is."""
        return self.group_by in BY_ENTITY


class RateLimits:
    """All rate limits, and what is exempt from them.

    Args:
        system: the id of root's system mount; empty if no limit asks for it.
    """

    def __init__(self, bounds: Iterable[Bound], settings: QuotaSettings, system: str = "") -> None:
        self._index = QuotaIndex(bounds)
        self.is_empty = self._index.is_empty
        self.settings = settings
        self._system = system
        self._exempt = _paths(settings.exempt_paths)
        self._absolute = _paths(settings.absolute_exempt_paths)

    def asks_role(self, mount: str) -> bool:
        """Whether the role of a login at this mount matters."""
        return self._index.asks_role(mount)

    def bounds(
        self, namespace: Namespace, path: str, mount: str = "", below: str = "", role: str = ""
    ) -> tuple[Bound, ...]:
        """The limits that count for a request, all of which have to allow it.

        Args:
            path: in the namespace. mount: the id of the mount that it lies in. below: the path in the mount.
            role: of a login.
        """
        if _is_of(self._exempt, path) or (self._absolute[0] and _is_of(self._absolute, namespace.path + path)):
            return ()
        return self._index.applying(namespace, mount, below, role)

    def of_front(self, path: str) -> tuple[Bound, ...]:
        """The limits for a path that the server answers in every state.  Nobody's entity is known there."""
        return self.bounds(ROOT, path, self._system, path.removeprefix(_SYSTEM))


def bound_of(name: str, record: RateLimit) -> Bound:
    """A limit in the form in which requests are checked."""
    window_us, block_us = record.interval_s * _SECOND_US, record.block_interval_s * _SECOND_US
    rates = (record.rate, record.secondary_rate or record.rate)
    first, second = (Allowance(most=_whole(rate), window_us=window_us, block_us=block_us) for rate in rates)
    return Bound(name, record.id, record.scope, record.group_by, first, second)


def _whole(rate: float) -> int:
    """The requests of an interval: the rate, rounded, but never none."""
    return min(MOST, max(1, int(rate + 0.5)))


_Paths = tuple[frozenset[str], tuple[str, ...]]


def _paths(patterns: Iterable[str]) -> _Paths:
    """Paths that are meant with all that lies below, and beginnings of paths, which end in `*`."""
    exact, beginnings = set(), set()
    for pattern in patterns:
        path = pattern.lstrip("/")
        if path.endswith("*"):
            beginnings.add(path[:-1])
        elif path:
            exact.add(path.rstrip("/"))
            beginnings.add(path.rstrip("/") + "/")
    return frozenset(exact), tuple(beginnings)


def _is_of(paths: _Paths, path: str) -> bool:
    return path in paths[0] or path.startswith(paths[1])

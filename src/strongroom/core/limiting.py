"""Counts each request against the rate limits, as soon as it is known which ones count.

Mostly that is before the store is asked: what was found of a path a moment ago tells it.  Else it is when the mount of
the path is known, or, for limits that count by entity, when the token is.  A request counts once, however often its
transaction runs.
"""

from __future__ import annotations

from typing import Final

import msgspec

from strongroom.barrier.transaction import Transaction
from strongroom.core.attempt import Attempt
from strongroom.core.login_role import role_of
from strongroom.services.exchange import ApiRequest
from strongroom.services.namespaces import ROOT
from strongroom.services.quotas.limiter import Count, OverLimit, RateLimiter
from strongroom.services.quotas.limits import Bound, RateLimits
from strongroom.services.tokens import Bearer

_KNOWN_US: Final = 1_000_000
"""How long it is known which limits count for a path.  After that, a request asks the store again, whose limits may
have been changed by another process."""
_PATHS_KEPT: Final = 4096
_LONGEST_PATH: Final = 256
"""Characters."""


class Counting:
    """How far the counting of one request is.  All attempts share it."""

    __slots__ = ("by_entity", "counts", "done", "headers", "limits", "refusal")

    def __init__(self) -> None:
        self.done = False
        self.by_entity: tuple[Bound, ...] = ()
        """The limits that still need to know the token's entity."""
        self.counts: tuple[Count, ...] = ()
        """What the request was counted as."""
        self.limits: RateLimits | None = None
        """Those in force then."""
        self.headers: tuple[tuple[str, str], ...] = ()
        """What the response tells of the limits."""
        self.refusal: OverLimit | None = None


class FrontCount(msgspec.Struct, frozen=True):
    """How a request was counted that the server answers in every state."""

    counts: tuple[Count, ...] = ()
    limits: RateLimits | None = None
    headers: tuple[tuple[str, str], ...] = ()


def count_front(limiter: RateLimiter, path: str, address: str) -> FrontCount:
    """Count a request for a path that the server answers in every state, whatever state its store is in.

    The limits are those that this process knows: such a path has to answer when the store doesn't.

    Raises: `OverLimit`.
    """
    limits = limiter.current
    if limits is None or limits.is_empty:
        return FrontCount(limits=limits)
    counts = limiter.counts(limits.of_front(path), address)
    return FrontCount(counts, limits, limiter.take(counts, path, limits))


class Limiting:
    """The rate limits, as the pipeline applies them."""

    def __init__(self, limiter: RateLimiter) -> None:
        self._limiter = limiter
        self._known: dict[tuple[str, str, str], tuple[Count, ...]] = {}
        """What requests of a namespace, path and address count as."""
        self._known_of: RateLimits | None = None
        self._known_until_us = 0

    def early(self, request: ApiRequest, counting: Counting) -> OverLimit | None:
        """Count a request before the store is asked, if it is known how.

        Returns: the refusal; None if it may go on.
        """
        if not self._known:
            return None
        counts = self._known.get((request.namespace, request.path, request.address))
        limits = self._limiter.current
        if counts is None or limits is not self._known_of or limits is None:
            return None
        if self._limiter.now_us() >= self._known_until_us:
            return None
        try:
            self._take(counts, request, counting, limits)
        except OverLimit as refusal:
            return refusal
        return None

    async def before_token(self, attempt: Attempt, request: ApiRequest, counting: Counting) -> None:
        """Count a request whose mount is known, unless a limit needs to know its token.

        Args:
            request: as it came.

        Raises: `OverLimit`.
        """
        if counting.done:
            _raise_again(counting)
            return
        limits = self._limiter.current or await self._limiter.read(attempt.txn)
        counting.limits = limits
        if limits.is_empty:
            return
        entry, path = attempt.entry, attempt.request.path
        mount, below = "", ""
        if entry is not None:
            mount, below = entry.record.id, path[len(entry.record.full_path) :]
        role = await role_of(attempt) if limits.asks_role(mount) else ""
        bounds = limits.bounds(attempt.exchange.namespace, path, mount, below, role)
        if not attempt.needs_no_token and any(bound.by_entity for bound in bounds):
            counting.by_entity = bounds
            return
        counts = self._limiter.counts(bounds, request.address)
        if counts and not limits.asks_role(mount) and not limits.settings.audits:
            self._learn(request, counts, limits)
        self._take(counts, request, counting, limits)

    async def nowhere(self, txn: Transaction, request: ApiRequest, counting: Counting) -> None:
        """Count a request that leads to no namespace: as one to root without a mount.  Raises `OverLimit`."""
        if counting.done:
            _raise_again(counting)
            return
        limits = counting.limits = self._limiter.current or await self._limiter.read(txn)
        counts = self._limiter.counts(limits.bounds(ROOT, request.path), request.address)
        self._take(counts, request, counting, limits)

    def after_token(self, bearer: Bearer | None, request: ApiRequest, counting: Counting) -> None:
        """Count a request whose token is known; None if it has no valid one.  Raises `OverLimit`."""
        if counting.by_entity and not counting.done and counting.limits is not None:
            entity = bearer.record.entity_id if bearer is not None else ""
            counts = self._limiter.counts(counting.by_entity, request.address, entity)
            self._take(counts, request, counting, counting.limits)

    def _learn(self, request: ApiRequest, counts: tuple[Count, ...], limits: RateLimits) -> None:
        now_us = self._limiter.now_us()
        if limits is not self._known_of or now_us >= self._known_until_us or len(self._known) >= _PATHS_KEPT:
            self._known.clear()
            self._known_of, self._known_until_us = limits, now_us + _KNOWN_US
        if len(request.path) + len(request.namespace) <= _LONGEST_PATH:
            self._known[request.namespace, request.path, request.address] = counts

    def _take(self, counts: tuple[Count, ...], request: ApiRequest, counting: Counting, limits: RateLimits) -> None:
        counting.done, counting.counts, counting.limits = True, counts, limits
        try:
            counting.headers = self._limiter.take(counts, request.path, limits)
        except OverLimit as refusal:
            counting.refusal = refusal
            raise


def _raise_again(counting: Counting) -> None:
    if counting.refusal is not None:
        raise counting.refusal

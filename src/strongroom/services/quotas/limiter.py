"""Counts requests against the rate limits.

All counts are in a table that the node's processes share (`table.py`).  The limits are derived from their rows.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from functools import lru_cache
from math import ceil
from typing import Final

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.barrier import Barrier
from strongroom.barrier.transaction import Transaction
from strongroom.crypto.mac import hmac_sha256
from strongroom.lib.errors import RateLimited
from strongroom.services.mounts import MountService
from strongroom.services.quotas.limits import Bound, RateLimits, bound_of
from strongroom.services.quotas.records import ENTITY_THEN_IP, IP, QuotaSettings
from strongroom.services.quotas.rows import rate_limits
from strongroom.services.quotas.table import Allowance, CountTable

RATE_LIMIT: Final = "rate-limit"
LEASE_COUNT: Final = "lease-count"
_LIMITS: Final = "rate limits"
_SECOND_US: Final = 1_000_000
_TAGS_KEPT: Final = 16_384
_PREFIX_BITS: Final = 64
"""Of an IPv6 address: what a customer of a network is given at least, and may take any address of."""


class Count(msgspec.Struct, frozen=True, gc=False):
    """What a request is counted as, for one limit."""

    name: str
    tag: int
    overflow: int
    allowance: Allowance


class OverLimit(RateLimited):
    """A rate limit refuses the request.

    Args:
        headers: what the response tells of the limit. audited: whether the audit log has it.
    """

    def __init__(
        self, text: str, *, retry_after_s: float, headers: tuple[tuple[str, str], ...] = (), audited: bool = False
    ) -> None:
        super().__init__(text, retry_after_s=retry_after_s)
        self.headers = headers
        self.audited = audited


class RateLimiter:
    """The rate limits of a node, in one of its processes.

    Args:
        monotonic: seconds of a clock that all processes of the machine have.
    """

    def __init__(
        self, barrier: Barrier, mounts: MountService, table: CountTable, monotonic: Callable[[], float]
    ) -> None:
        self._barrier = barrier
        self._mounts = mounts
        self._table = table
        self._monotonic = monotonic
        self._tags: dict[tuple[str, str], int] = {}

    @property
    def current(self) -> RateLimits | None:
        """The limits, as this process knows them since it last asked the store; None if it has to read them."""
        derived = self._barrier.cache.derived(_LIMITS)
        return derived.value if derived is not None else None

    async def read(self, txn: Transaction) -> RateLimits:
        """The limits in force."""
        return await txn.derived(_LIMITS, self._build)

    async def _build(self, txn: Transaction) -> RateLimits:
        records = await rate_limits(txn)
        settings = await txn.read(keys.QUOTA_SETTINGS, QuotaSettings) or QuotaSettings()
        if not records:
            return RateLimits((), settings)
        system = (await self._mounts.router(txn)).find("sys/")
        bounds = [bound_of(name, record) for name, record in records.items()]
        return RateLimits(bounds, settings, system.record.id if system is not None else "")

    def now_us(self) -> int:
        """Microseconds of the clock that windows are told by."""
        return int(self._monotonic() * _SECOND_US)

    def counts(self, bounds: tuple[Bound, ...], address: str, entity_id: str = "") -> tuple[Count, ...]:
        """What a request is counted as.

        Args:
            address: the client's. entity_id: that of its token; empty for none.
        """
        found = []
        for bound in bounds:
            known = bool(entity_id) and bound.by_entity
            if known:
                who = "e" + entity_id
            else:
                who = "a" + network_of(address) if bound.group_by in {IP, ENTITY_THEN_IP} else "*"
            allowance = bound.allowance if known or not bound.by_entity else bound.secondary
            found.append(Count(bound.name, self._tag(bound.id, who), self._tag(bound.id, ""), allowance))
        return tuple(found)

    def take(self, counts: tuple[Count, ...], path: str, limits: RateLimits) -> tuple[tuple[str, str], ...]:
        """Count a request.  All limits have to allow it, or it is counted for none.

        Args:
            path: the request's, for the text.

        Returns: the header fields that tell of the limit with the fewest requests left, if they are wanted.

        Raises: `OverLimit`.
        """
        table, now_us = self._table, self.now_us()
        least, told = -1, None
        for at, count in enumerate(counts):
            taken = table.take(count.tag, count.overflow, count.allowance, now_us)
            if least < 0 or taken.remaining < least or not taken.allowed:
                least, told = taken.remaining, (count, taken)
            if not taken.allowed:
                for given in counts[:at]:
                    table.give_back(given.tag, given.overflow, now_us)
                break
        if told is None:
            return ()
        count, taken = told
        wait_s = ceil(taken.reset_us / _SECOND_US)
        headers: tuple[tuple[str, str], ...] = ()
        if limits.settings.shows:
            headers = (
                ("X-Ratelimit-Limit", str(count.allowance.most)),
                ("X-Ratelimit-Remaining", str(taken.remaining)),
                ("X-Ratelimit-Reset", str(wait_s)),
            )
        if taken.allowed:
            return headers
        self.violated(RATE_LIMIT, count.name)
        text = f'request path "{path}": rate limit quota exceeded'
        raise OverLimit(text, retry_after_s=wait_s, headers=headers, audited=limits.settings.audits)

    def allows(self, counts: tuple[Count, ...]) -> bool:
        """Count a request as `take` does, if all limits allow it."""
        table, now_us = self._table, self.now_us()
        for at, count in enumerate(counts):
            if not table.take(count.tag, count.overflow, count.allowance, now_us).allowed:
                for given in counts[:at]:
                    table.give_back(given.tag, given.overflow, now_us)
                return False
        return True

    def violated(self, kind: str, name: str) -> None:
        """Count a request that a quota has refused.

        Args:
            kind: `RATE_LIMIT` or `LEASE_COUNT`.
        """
        self._table.tally(self._tag(kind, name), self.now_us())

    def violations(self, kind: str, name: str) -> int:
        """How many requests a quota has refused, in all processes of the node, since it was started."""
        return self._table.tallied(self._tag(kind, name))

    def _tag(self, id_: str, who: str) -> int:
        """What a client of a limit is counted under.  Nobody can tell which others share its row."""
        tag = self._tags.get((id_, who))
        if tag is None:
            if len(self._tags) >= _TAGS_KEPT:
                self._tags.clear()
            text = f"{id_}\0{who}".encode("utf-8", "surrogatepass")
            tag = self._tags[id_, who] = int.from_bytes(hmac_sha256(self._table.key, text)[:8], "big") or 1
        return tag


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """Whose addresses count together: an IPv4 address alone, an IPv6 address with its network of 64 bits.

    What is no address (the peer of a Unix socket) counts as it is.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((ip, _PREFIX_BITS), strict=False))

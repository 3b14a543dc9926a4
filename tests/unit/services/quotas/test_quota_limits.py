"""Rate limits in the form in which requests are checked."""

from __future__ import annotations

import pytest

from strongroom.services.namespaces import ROOT, Namespace
from strongroom.services.quotas.limiter import network_of
from strongroom.services.quotas.limits import RateLimits, bound_of
from strongroom.services.quotas.records import QuotaScope, QuotaSettings, RateLimit
from strongroom.services.quotas.table import MOST

TEAM = Namespace(id="t", path="team/", lineage=("root", "t"))
GLOBAL = QuotaScope(inheritable=True)


def limit(rate: float = 1, **more: object) -> RateLimit:
    """A limit of all requests."""
    return RateLimit(id="id", scope=GLOBAL, rate=rate, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rate", "most"), [(0.01, 1), (0.5, 1), (1.4, 1), (2.5, 3), (2.6, 3), (1000, 1000), (1e308, MOST), (2.0**63, MOST)]
)
def test_a_rate_is_rounded_and_never_none(rate: float, most: int) -> None:
    """As many requests as the rate says, rounded as the reference server does; at least one, and no more than fit."""
    assert bound_of("a", limit(rate)).allowance.most == most


def test_the_secondary_rate() -> None:
    """It is the rate if nothing is said, and has the same interval and block."""
    bound = bound_of("a", limit(5, interval_s=60, block_interval_s=7, group_by="entity_then_ip"))
    assert bound.secondary == bound.allowance
    assert (bound.allowance.window_us, bound.allowance.block_us) == (60_000_000, 7_000_000)
    assert bound_of("a", limit(5, group_by="entity_then_ip", secondary_rate=9)).secondary.most == 9


@pytest.mark.parametrize(
    ("exempt", "namespace", "path", "is_exempt"),
    [
        ("sys/health", ROOT, "sys/health", True),
        ("sys/health", TEAM, "sys/health", True),
        ("sys/health", ROOT, "sys/healthy", False),
        ("sys/health", ROOT, "sys/health/x", True),
        ("/sys/health/", ROOT, "sys/health", True),
        ("sys/mounts*", ROOT, "sys/mounts-all", True),
        ("sys/mounts*", ROOT, "sys/mount", False),
        ("*", ROOT, "anything", True),
        ("", ROOT, "anything", False),
        ("team/sys/health", TEAM, "sys/health", False),
    ],
)
def test_exempt_paths(exempt: str, namespace: Namespace, path: str, is_exempt: bool) -> None:
    """A path is meant with what lies below it, in every namespace; a beginning only with `*`."""
    limits = RateLimits([bound_of("a", limit())], QuotaSettings(exempt_paths=(exempt,)))
    assert (limits.bounds(namespace, path) == ()) is is_exempt


@pytest.mark.parametrize(("namespace", "is_exempt"), [(TEAM, True), (ROOT, False)])
def test_absolute_exempt_paths(namespace: Namespace, is_exempt: bool) -> None:
    """A path with its namespace is exempt there alone."""
    settings = QuotaSettings(exempt_paths=(), absolute_exempt_paths=("team/sys/health",))
    limits = RateLimits([bound_of("a", limit())], settings)
    assert (limits.bounds(namespace, "sys/health") == ()) is is_exempt


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8::7", "2001:db8::/64"),
        ("2001:db8:0:0:ffff::7", "2001:db8::/64"),
        ("2001:db8:0:1::7", "2001:db8:0:1::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("@", "@"),
    ],
)
def test_who_counts_together(address: str, network: str) -> None:
    """An IPv4 address by itself, an IPv6 network of 64 bits, and what is no address as it is."""
    assert network_of(address) == network

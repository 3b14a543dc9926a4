"""The times of renewals, and of retries after failures (pure).

Times are seconds since the epoch; chances are numbers of [0, 1).
"""

from __future__ import annotations

from strongroom.crypto.tls_certificates import Validity

_RENEW_AT = 2 / 3
"""Of a certificate's lifetime, as RFC 8555's authorities recommend for those of 90 days: a month is left to repair."""
_SPREAD = 1 / 30
"""A random part of the lifetime, so that nodes with certificates of the same age don't renew together."""
FIRST_PAUSE_S = 60.0
LONGEST_PAUSE_S = 6 * 3600.0
RATE_LIMIT_PAUSE_S = 3600.0
_JITTER = 0.25


def renewal_at(validity: Validity, chance: float) -> float:
    """When a certificate is to be renewed."""
    lifetime_s = validity.not_after - validity.not_before
    return validity.not_before + lifetime_s * (_RENEW_AT + _SPREAD * chance)


def pause_s(failures: int, chance: float, *, rate_limited: bool = False) -> float:
    """How long to wait after this many failures in a row, the first of which is 1.

    Doubles from a minute up to six hours, and up to a quarter more by chance.
    """
    doubled: float = FIRST_PAUSE_S * 2.0 ** min(failures - 1, 16)
    least = RATE_LIMIT_PAUSE_S if rate_limited else FIRST_PAUSE_S
    return max(min(doubled, LONGEST_PAUSE_S), least) * (1 + _JITTER * chance)


def proofs(*, http: bool, alpn: bool, tls_port: bool, failures: int) -> tuple[str, ...]:
    """The kinds of challenge to prove names with, the preferred one first.

    A firewall may let through only one of two, so every failure changes the order.

    Args:
        http, alpn: which are allowed.
        tls_port: whether a listener is where authorities look for the one within TLS.
    """
    order = ["tls-alpn-01", "http-01"] if tls_port else ["http-01", "tls-alpn-01"]
    allowed = [kind for kind in order if (http if kind == "http-01" else alpn)]
    turned = failures % len(allowed)
    return tuple(allowed[turned:] + allowed[:turned])

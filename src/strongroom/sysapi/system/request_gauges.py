"""The metrics of what a process has served: requests, logins, tokens, and how long all of it took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Final

from strongroom.lib.exposition import Gauge, Histogram, Measure
from strongroom.lib.timings import BOUNDS_S, Timings
from strongroom.sysapi.served import Count, Served

STATUSES: Final = (
    *(200, 202, 204, 301, 302, 307, 400, 401, 403, 404, 405, 408, 412, 413, 415, 429, 431),
    *(472, 473, 500, 501, 502, 503, 507),
)
"""Status codes that are counted from 0; others appear when they come."""
_REGISTERED: Final = frozenset({*STATUSES, *HTTPStatus})
_MS: Final = 1000
"""Vault's names that begin so are of milliseconds."""


def of_requests(served: Served) -> list[Measure]:
    """Requests, logins and tokens, by kind, and their times."""
    requests = sorted((key, count.value) for key, count in served.requests.items())
    return [
        *(
            Gauge(
                "vault.core.requests_total",
                value,
                "Requests that were answered.",
                {"mount_class": table, "mount_type": type_, "operation": operation},
            )
            for (table, type_, operation), value in requests
        ),
        histogram("vault.core.handle_request", served.handled, "Milliseconds of a request.", scale=_MS),
        histogram("vault.core.handle_login_request", served.login_handled, "Milliseconds of a login.", scale=_MS),
        *(
            histogram("vault.core.stage_seconds", lengths, "Seconds of a part of requests.", {"stage": stage})
            for stage, lengths in served.stages.items()
        ),
        Gauge("vault.core.decisions_total", served.recalled, "Requests that were allowed.", {"kind": "recalled"}),
        Gauge("vault.core.decisions_total", served.decided, "Requests that were allowed.", {"kind": "made"}),
        *_by_method("vault.core.logins_total", served.logins, "Logins.", "result"),
        *_by_method("vault.token.creation", served.tokens, "Tokens that were made.", "token_type", "auth_method"),
    ]


def of_responses(statuses: Mapping[int, int]) -> list[Measure]:
    """Responses of the listeners by status code, as Vault names them."""
    counts = Counter[tuple[str, str]]({_labels_of(status): 0 for status in STATUSES})
    for status, count in statuses.items():
        counts[_labels_of(status)] += count
    return [
        Gauge("vault.core.response_status_code", count, "Responses.", {"code": code, "type": type_}, counts=True)
        for (code, type_), count in sorted(counts.items())
    ]


def _labels_of(status: int) -> tuple[str, str]:
    """How a status code is counted.  Anybody may have `sys/health` answer with one that nobody has registered."""
    return (str(status) if status in _REGISTERED else "other"), f"{status // 100}xx"


def histogram(
    name: str, lengths: Timings, text: str, labels: dict[str, str] | None = None, *, scale: int = 1
) -> Histogram:
    """Lengths of time as a number for monitoring.

    Args:
        scale: how many of the unit a second has.
    """
    bounds = tuple(bound * scale for bound in BOUNDS_S)
    return Histogram(name, text, bounds, tuple(lengths.counts), lengths.total_s * scale, labels or {})


def _by_method(
    name: str, counts: Mapping[tuple[str, str], Count], text: str, kind: str, method: str = "method"
) -> Iterable[Measure]:
    for (type_, value), count in sorted(counts.items()):
        yield Gauge(name, count.value, text, {method: type_, kind: value}, counts=True)

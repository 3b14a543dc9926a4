"""`/agent/v1/metrics`: what the agent counts.

Source: https://openbao.org/docs/agent-and-proxy/proxy/#telemetry-stanza
"""

from __future__ import annotations

from collections.abc import Callable

from strongroom.agent.serving.counters import Counters
from strongroom.agent.session.state import SessionStatus
from strongroom.lib import own_process
from strongroom.lib.exposition import Gauge


class MetricsBoard:
    """Collects the numbers of the parts of the agent.

    Args:
        program: `agent` or `proxy`, which the names begin with.
    """

    def __init__(self, program: str) -> None:
        self.program = program
        self._parts: list[Callable[[], list[Gauge]]] = []

    def add(self, part: Callable[[], list[Gauge]]) -> None:
        """Show the numbers of a part; it is called for each reader."""
        self._parts.append(part)

    def gauges(self) -> list[Gauge]:
        """All numbers."""
        return [*(gauge for part in self._parts for gauge in part()), *own_process.measured()]


def of_requests(program: str, counters: Counters) -> list[Gauge]:
    """What has happened to requests."""
    counted = (
        ("proxy.success", counters.success, "Requests that the server answered."),
        ("proxy.client_error", counters.client_error, "Requests for which the server returned an error."),
        ("proxy.error", counters.error, "Requests that the server did not answer."),
        ("cache.hit", counters.hit, "Answers given again."),
        ("cache.miss", counters.miss, "Answers that the server gave."),
        ("cache.renewed", counters.renewed, "Renewals of what is kept."),
        ("cache.evicted", counters.evicted, "Answers that are kept no more."),
        ("cache.full", counters.full, "Answers that were not kept for lack of room."),
    )
    return [Gauge(f"vault.{program}.{name}", value, text, counts=True) for name, value, text in counted]


def of_cache(program: str, number: int, size: int) -> list[Gauge]:
    """What is kept."""
    return [
        Gauge(f"vault.{program}.cache.entries", number, "Answers that are kept."),
        Gauge(f"vault.{program}.cache.bytes", size, "What they take in memory, about."),
    ]


def of_session(program: str, status: SessionStatus) -> list[Gauge]:
    """How the agent's login is."""
    failing = int(status.failing is not None)
    return [
        Gauge(f"vault.{program}.auth.success", status.number, "Logins.", counts=True),
        Gauge(f"vault.{program}.auth.failing", failing, "Whether a login or a renewal failed last."),
    ]

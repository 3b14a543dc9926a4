"""The command that counts clients."""

from __future__ import annotations

from tests.unit.cli.answering import answering
from tests.unit.cli.test_lease_search import run

COUNTS = {"entity_clients": 2, "non_entity_clients": 1, "clients": 3}
PATH = "GET /v1/sys/internal/counters/activity"


def test_counts_are_shown_by_namespace() -> None:
    """Months are sent as times; root has a name; the last line is the sum."""
    data = {
        "start_time": "2026-01-01T00:00:00Z",
        "end_time": "2026-02-28T23:59:59Z",
        "total": COUNTS,
        "by_namespace": [{"namespace_path": "", "counts": COUNTS}],
    }
    with answering({}, otherwise={"data": data}) as server:
        done = run(server, "operator", "usage", "-start-time=2026-01", "-end-time=2026-02-03")
    assert server.asked == [f"{PATH}?end_time=2026-02-03T00%3A00%3A00Z&start_time=2026-01-01T00%3A00%3A00Z"]
    words = [line.split() for line in done.stdout.splitlines()]
    assert words[1] == ["Period", "end:", "2026-02-28T23:59:59Z"]
    assert ["[root]", "2", "1", "3"] in words
    assert words[-1] == ["Total", "2", "1", "3"]

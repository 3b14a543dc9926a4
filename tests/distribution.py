"""Which tests go together when a run has several processes, and which go first.

A file's tests stay in one process, for they share the servers that its fixtures start; a test may say otherwise with
`xdist_group`.  What takes longest begins first, so that at the end there are short files left to fill both processes.
"""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
LONGEST_FIRST = ("conformance/docs", "conformance/processes", "conformance/cli", "conformance/clients", "conformance")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark and order the tests, in a process of a run that has several."""
    if not hasattr(config, "workerinput"):
        return
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.path.relative_to(TESTS).as_posix()))
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    """The test's place among the others; the order within a place stays as it is."""
    place = item.path.relative_to(TESTS).as_posix()
    return next((turn for turn, start in enumerate(LONGEST_FIRST) if place.startswith(f"{start}/")), len(LONGEST_FIRST))

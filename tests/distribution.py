"""Which tests go together when a run has several processes, and which go first.

A file's tests stay in one process, for they share the servers that its fixtures start.  What takes longest begins
first, so that at the end there are short files left to fill all processes.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from xdist.scheduler import LoadFileScheduling

TESTS = Path(__file__).parent
LONGEST_FIRST = ("conformance/docs", "conformance/processes", "conformance/cli", "conformance/clients", "conformance")
PARTS = {"tests/conformance/cli/test_same_output.py": re.compile(r"\[(\d+)-")}
"""Files that are too long for one process, and what in a test's id says to which part of the file it belongs."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Order the tests, in a process of a run that has several."""
    if hasattr(config, "workerinput"):
        items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    """The test's place among the others; the order within a place stays as it is."""
    place = item.path.relative_to(TESTS).as_posix()
    return next((turn for turn, start in enumerate(LONGEST_FIRST) if place.startswith(f"{start}/")), len(LONGEST_FIRST))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    """Give files to processes as `--dist loadfile` does, but the long ones in parts."""
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class LongFilesInParts(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = str(super()._split_scope(nodeid))
            part = PARTS[file].search(nodeid) if file in PARTS else None
            return f"{file} {part[1]}" if part else file

    return LongFilesInParts(config, log)

"""A pytest plugin that writes down which test runs which line of some files, and how long each takes."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Generator
from pathlib import Path

import coverage
import msgspec
import pytest

_FILES = os.environ.get("MUTATE_FILES", "").split("\n")
_OURS = ("strongroom", "tests", "tools", "conftest", "pytest", "_pytest", "coverage")
_RUNNING = coverage.Coverage(data_file=None, config_file=False, include=[str(Path.cwd() / file) for file in _FILES])
# From here on, because what an import runs belongs to no test.
_RUNNING.start()
_DURATIONS_S: dict[str, float] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Account what runs from a test's first fixture to its last to this test."""
    _RUNNING.switch_context(item.nodeid)
    begin = time.perf_counter()
    try:
        return (yield)
    finally:
        _DURATIONS_S[item.nodeid] = round(time.perf_counter() - begin, 4)
        _RUNNING.switch_context("")


def pytest_sessionfinish() -> None:
    """Write the report."""
    _RUNNING.stop()
    data = _RUNNING.get_data()
    numbers = {name: number for number, name in enumerate(_DURATIONS_S)}
    lines = {}
    for file in _FILES:
        by_line = data.contexts_by_lineno(str(Path.cwd() / file))
        lines[file] = {
            line: sorted(numbers[name] for name in names if name in numbers) for line, names in sorted(by_line.items())
        }
    preload = sorted(name for name, module in sys.modules.items() if _is_of_others(name, module))
    report = {"durations_s": _DURATIONS_S, "lines": lines, "preload": preload}
    Path(os.environ["MUTATE_REPORT"]).write_bytes(msgspec.json.encode(report))


def _is_of_others(name: str, module: object) -> bool:
    """Whether a module is neither ours nor one that pytest wants to import itself.

    Private ones are imported by their owners: `_asyncio` before `asyncio`, for one, is another module than after it.
    """
    file = getattr(module, "__file__", None)
    if name.partition(".")[0] in _OURS or "pytest" in name or any(part[:1] in "_$" for part in name.split(".")):
        return False
    return not (file and Path(file).is_relative_to(Path.cwd()))

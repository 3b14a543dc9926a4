"""Collecting tests in little time: every process of a run collects all of them, on a clean checkout too.

Most of that time pytest rewrites the assertions of test modules.  It keeps the outcome beside the module.  In a run of
several processes each takes another share first, and finds the other shares done.
"""

from __future__ import annotations

import compileall
import gc
import importlib
import os
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent

# Where the environment forbids Python to keep what it compiled, each process would compile all of it again.
sys.dont_write_bytecode = False


def pytest_sessionstart(session: pytest.Session) -> None:
    """Compile the sources once: tests start programs thousands of times."""
    if not hasattr(session.config, "workerinput"):
        compileall.compile_dir(TESTS.parent / "src", quiet=2)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Collect, and spare the garbage collector what stays to the end of the run."""
    gc.disable()
    if hasattr(session.config, "workerinput"):
        _import(_share(session.config))
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def _share(config: pytest.Config) -> Iterator[str]:
    """The names of the modules that this process is to load before the others do.  Folders of tests are shared out."""
    workers, mine = int(os.environ["PYTEST_XDIST_WORKER_COUNT"]), int(os.environ["PYTEST_XDIST_WORKER"][2:])
    folders = [path for path in map(Path.absolute, map(Path, config.args)) if path.is_dir()]
    files = sorted(file for folder in folders for file in folder.rglob("test_*.py") if file.is_relative_to(TESTS))
    for file in files[mine::workers]:
        yield ".".join(file.relative_to(TESTS.parent).with_suffix("").parts)


def _import(modules: Iterator[str]) -> None:
    for module in modules:
        try:
            importlib.import_module(module)
        except (Exception, pytest.skip.Exception):  # the collection meets it again, and tells of it
            continue

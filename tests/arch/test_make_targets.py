"""How the tests are started: all of them, or a folder by its name."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conformance.cli.test_same_output import _ALL
from tests.distribution import PARTS

ROOT = Path(__file__).parents[2]

needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="needs make")


def told(*words: str) -> str:
    """How make would start pytest, with everything set up."""
    command = ["make", "--dry-run", "--old-file=.venv/.installed", "--old-file=.venv/.built", *words]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    (line,) = [line for line in said.splitlines() if " -m pytest" in line]
    return line


@needs_make
def test_an_area_is_every_folder_of_that_name() -> None:
    """`make test-cli` runs what is below `tests/` in any folder of that name."""
    assert told("test-cli", "TEST_JOBS=1").endswith(" tests/conformance/cli tests/unit/cli")
    assert told("test-flow", "TEST_JOBS=1").endswith(" tests/flow")


@needs_make
def test_an_unknown_area_is_refused_with_those_that_are_there() -> None:
    """Nobody takes a run of no tests for one that passed."""
    done = subprocess.run(["make", "test-nonsense"], cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "no folder of tests is named 'nonsense'" in done.stderr
    assert {"unit", "flow", "conformance", "processes", "cli"} <= set(done.stderr.split())


@needs_make
def test_one_core_has_one_process() -> None:
    """With one core pytest runs the tests itself; with several, more than one process does."""
    assert "-n" not in told("test", "TEST_JOBS=1").split()
    assert "-n 3" in told("test", "TEST_JOBS=3")


def test_long_files_are_divided() -> None:
    """Each test of such a file says to which part it belongs, and a part is what shares a server's state."""
    (parts,) = PARTS.values()
    for case in _ALL:
        found = parts.search(f"tests/conformance/cli/test_same_output.py::test[{case.block}-{case.line} {case.text}]")
        assert found is not None
        assert int(found[1]) == case.block
    assert all((ROOT / file).exists() for file in PARTS)

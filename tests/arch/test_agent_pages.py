"""The pages that say what an agent does name tests that prove it: they are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = (
    ROOT / "docs" / "agent" / "what-happens-when.md",
    ROOT / "docs" / "adr" / "0031-an-agent-is-dependencies-and-what-is-made-of-them.md",
)
FOLDERS = [ROOT / "tests" / kind / "agent" for kind in ("conformance", "flow", "unit")]
NAMED = sorted({found for page in PAGES for found in re.findall(r"`([\w/]+\.py::test_\w+)`", page.read_text())})


def files(name: str) -> list[Path]:
    """The files of tests whose path ends so."""
    return [file for folder in FOLDERS for file in folder.rglob("test_*.py") if f"/{file}".endswith(f"/{name}")]


def test_the_pages_name_enough() -> None:
    """A change of the pages' style that hides the names from this test is noticed."""
    assert len(NAMED) > 40


@pytest.mark.parametrize("named", NAMED)
def test_named_tests_are_there(named: str) -> None:
    """Each is in the one file that is meant."""
    file, _, test = named.partition("::")
    (found,) = files(file)
    assert re.search(rf"^(async )?def {test}\(", found.read_text(), re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_line_has_a_proof(page: Path) -> None:
    """The last cell of each row of a table names a test."""
    rows = [line for line in page.read_text().splitlines() if line.startswith("| ") and not line.endswith("| proof |")]
    assert rows
    for row in rows:
        last = row.rstrip("| ").rpartition("|")[2]
        assert "::test_" in last, row

"""The page about metrics says of every name of Vault's telemetry that it is here, or why it isn't."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path

from strongroom.lib.exposition import prometheus_name

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "metrics.md").read_text()
MONITORING = (ROOT / "docs" / "monitoring.md").read_text()
NAMES = [
    line
    for line in (ROOT / "tests" / "vectors" / "telemetry" / "vault-metrics.txt").read_text().splitlines()
    if not line.startswith("#")
]


def first_column(heading: str) -> list[str]:
    """The names in the first column of a section's table."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row)]


def test_every_name_of_vaults_has_its_row() -> None:
    """One row, either of what is here or of what isn't; no row is of nothing."""
    here, missing = first_column("Vault's names that are here"), first_column("Vault's names that aren't here")
    for name in NAMES:
        rows = [pattern for pattern in (*here, *missing) if fnmatchcase(name, pattern)]
        assert len(rows) == 1, (name, rows)
    for pattern in (*here, *missing):
        assert any(fnmatchcase(name, pattern) for name in NAMES), pattern


def test_what_is_here_is_among_the_numbers() -> None:
    """By the table of numbers, which another test compares with the server; so is what stands there instead."""
    known = set(re.findall(r"^\| `(\w+)` \|", MONITORING, re.M))
    here = first_column("Vault's names that are here")
    assert {prometheus_name(name) for name in here} <= known
    assert {name for name in NAMES if prometheus_name(name) in known} == set(here)
    named = {name for code in re.findall(r"`([^`\n]+)`", PAGE) for name in re.findall(r"\b(?:vault|process)_\w+", code)}
    assert named - known == set()

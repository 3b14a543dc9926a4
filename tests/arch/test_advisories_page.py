"""The page of others' advisories and the tests that are named by them say the same."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "advisories.md").read_text()
NUMBER = re.compile(r"CVE-\d{4}-\d{4,}|GHSA(?:-[0-9a-z]{4}){3}")
ROWS = [
    (NUMBER.findall(first), re.findall(r"`(test_\w+)`", here), here)
    for first, here in re.findall(r"^\| ((?:CVE|GHSA)\S+.*?) \| .* \| (.*) \|$", PAGE, re.MULTILINE)
]
"""Numbers, names of tests, and the last cell as it is."""


def written() -> set[str]:
    """The tests that are named by an advisory."""
    files = [
        path for kind in ("flow", "conformance") for path in (ROOT / "tests" / kind / "advisories").glob("test_*.py")
    ]
    return {
        name for file in files for name in re.findall(r"^(?:async )?def (test_\w+)", file.read_text(), re.MULTILINE)
    }


def number_of(test: str) -> str:
    """The advisory that a test's name begins with."""
    found = re.match(r"test_(cve_\d{4}_\d+|ghsa(?:_[0-9a-z]{4}){3})_", test)
    assert found is not None, f"{test} is named by no advisory"
    kind, _, rest = found[1].partition("_")
    return f"{kind.upper()}-{rest.replace('_', '-')}"


def test_every_advisory_stands_once() -> None:
    """No number is in two rows, and each row says something."""
    numbers = [number for found, _, _ in ROWS for number in found]
    assert len(numbers) > 100
    assert sorted({number for number in numbers if numbers.count(number) > 1}) == []
    assert all(here.strip() for _, _, here in ROWS)


def test_every_test_has_its_row() -> None:
    """The number in a test's name is in the table, in a row that names the test."""
    named = {number: names for found, names, _ in ROWS for number in found}
    assert len(written()) > 50
    for test in sorted(written()):
        assert test in named.get(number_of(test), []), test


def test_every_row_names_tests_that_are_there() -> None:
    """A row doesn't rest on a test that was renamed or removed."""
    assert {name for _, names, _ in ROWS for name in names} == written()

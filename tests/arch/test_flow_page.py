"""The page that follows one request names files and symbols: they are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "flow.md").read_text()
_LISTS = re.findall(r"`([\w/]+\.py)`\s+(`\w[\w.]*`(?:(?:,| and)\s+`\w[\w.]*`)*)", PAGE)
NAMED = sorted({(file, name) for file, names in _LISTS for name in re.findall(r"`([\w.]+)`", names)})
"""Each symbol with the file that it stands behind, also as one of several."""
FOLDERS = sorted(set(re.findall(r"`((?:[a-z_]+/)+)`", PAGE)) - {"sys/"})  # which is a path of the API


def test_the_page_names_enough() -> None:
    """A change of the page's style that hides the names from this test is noticed."""
    assert len(NAMED) > 15


@pytest.mark.parametrize(("file", "symbol"), NAMED)
def test_symbols_are_where_the_page_says(file: str, symbol: str) -> None:
    """Every part of a symbol is defined in the file beside it."""
    source = (ROOT / "src" / "strongroom" / file).read_text()
    for part in symbol.split("."):
        assert re.search(rf"^\s*(async def|def|class) {part}\b|^{part}\b", source, re.MULTILINE), part


@pytest.mark.parametrize("file", sorted(set(re.findall(r"`(\w+/[\w/]+\.py)`", PAGE))))
def test_files_are_there(file: str) -> None:
    """Every file that is named alone exists too, below the sources or below the root."""
    assert (ROOT / "src" / "strongroom" / file).is_file() or (ROOT / file).is_file()


@pytest.mark.parametrize("folder", FOLDERS)
def test_folders_are_there(folder: str) -> None:
    """Every folder that is named exists, below the sources or below the root."""
    assert (ROOT / "src" / "strongroom" / folder).is_dir() or (ROOT / folder).is_dir()

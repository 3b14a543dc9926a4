"""The web interface in the package is the one of the sources.  Told without Node, by a digest."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tools.interface_sources import BUILT, SOURCES, digest_of

LEFT_OUT = {".gitignore", "node_modules", "test", "e2e", "README.md"}
"""What isn't built in."""


def test_the_built_files_are_of_these_sources() -> None:
    """Whoever changes a source builds anew, by `make ui`."""
    assert BUILT.read_text().strip() == digest_of(SOURCES), "ui/ has changed: `make ui` builds it"


def test_a_change_anywhere_is_seen(tmp_path: Path) -> None:
    """Of a content, of a name, and of what is added."""
    shutil.copytree(SOURCES, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules"))
    before = {digest_of(tmp_path)}
    assert before == {digest_of(SOURCES)}
    page = tmp_path / "src" / "main.tsx"
    page.write_bytes(page.read_bytes() + b"\n")
    before.add(digest_of(tmp_path))
    page.rename(page.with_name("other.tsx"))
    before.add(digest_of(tmp_path))
    (tmp_path / "public" / "more.svg").touch()
    before.add(digest_of(tmp_path))
    assert len(before) == 4


def test_no_source_is_forgotten() -> None:
    """Both programs that compute the digest name the same parts, and together those are all that there is."""
    text = (SOURCES / "build" / "manifest.ts").read_text()
    found = re.search(r"SOURCES = \[([^\]]+)\]", text)
    assert found is not None
    named = set(re.findall(r'"([^"]+)"', found[1]))
    tool = (SOURCES.parent / "tools" / "interface_sources.py").read_text()
    assert named == {name for name in named if f'"{name}"' in tool}
    assert {entry.name for entry in SOURCES.iterdir()} - LEFT_OUT == named

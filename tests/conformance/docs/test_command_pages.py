"""The pages about commands say what the commands declare."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tools.command_pages import FOLDER, file_name, pages

from strongroom.cli import table

ROOT = Path(__file__).parents[3]


def test_pages_are_current() -> None:
    """What is in docs/commands is what `make docs` would write, page by page."""
    made = pages()
    assert {page.name for page in FOLDER.glob("*.md")} == set(made)
    old = [name for name, text in made.items() if (FOLDER / name).read_text() != text]
    assert old == [], "make docs"


def test_every_command_and_flag_is_there() -> None:
    """Each command has a page that the index links to, with each of its flags."""
    index = (FOLDER / "README.md").read_text()
    for name in table.COMMANDS:
        assert f"[{name}]({file_name(name)})" in index
    page = (FOLDER / "operator-init.md").read_text()
    for flag in ("`-key-shares`, `-n`", "`-key-threshold`, `-t`", "`-pgp-keys`"):
        assert flag in page


def test_old_names_are_listed() -> None:
    """The names until 2018 are in the index, with what they are called today."""
    index = (FOLDER / "README.md").read_text()
    for name in table.LEGACY:
        assert f"| `{name}` | [" in index


def test_runs_as_a_program(tmp_path: Path) -> None:
    """The script writes all pages, and removes those of commands that are gone."""
    (tmp_path / "gone.md").touch()
    subprocess.run([sys.executable, "tools/command_pages.py", tmp_path], cwd=ROOT, check=True, timeout=60)
    assert {page.name: page.read_text() for page in tmp_path.glob("*.md")} == pages()

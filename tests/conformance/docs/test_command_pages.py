"""The pages about commands say what the commands declare."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tools.command_pages import ELSEWHERE, FOLDER, file_name, pages

from strongroom.cli import table
from tests.conformance.docs.shell import opened, programs

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


def test_what_only_other_servers_have(tmp_path: Path) -> None:
    """The commands that the index calls useless against this server are, and no longer."""
    words = {"namespace create": "a"}
    with opened(tmp_path, programs(tmp_path)) as (shell, names):
        shell.start("strongroom server -dev")
        shell.run(names.fill("export VAULT_ADDR=http://127.0.0.1:8200"))
        shell.run("for n in $(seq 100); do strongroom status > status && break; sleep 0.1; done")
        for name in ELSEWHERE:
            output, status = shell.run(f"strongroom {name} {words.get(name, '')}")
            assert status == 2, name
            assert "unsupported path" in output, name

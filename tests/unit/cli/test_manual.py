"""Manual pages: one for every command, with all of its flags, which `groff` sets without a warning."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from strongroom.cli import manual, table
from strongroom.cli.command import Arity, Command
from strongroom.cli.flags import Flag, Group
from strongroom.cli.run import load

PAGES = manual.pages()
_REQUESTS = frozenset({".TH", ".SH", ".TP", ".PP", ".B", ".BR", ".RS", ".RE", ".EX", ".EE"})


def test_every_command_and_group_has_a_page() -> None:
    """No command is without a page, and no page without a command."""
    wanted = {manual.page_name(name) for name in ["", *table.COMMANDS, *table.GROUPS]}
    assert {name.removesuffix(".1") for name in PAGES} == wanted


@pytest.mark.parametrize("name", table.COMMANDS)
def test_a_page_names_every_flag_with_its_help(name: str) -> None:
    """Each flag of the command is an entry of its own, with the words that `-help` has for it."""
    page = PAGES[f"{manual.page_name(name)}.1"]
    for flag in load(name).flags():
        assert f"\n.TP\n\\fB{manual.escape('-' + flag.name)}\\fR" in page
        assert manual.escape(flag.help) in page


@pytest.mark.parametrize("name", PAGES)
def test_pages_use_known_requests_only(name: str) -> None:
    """Every line that begins with a dot is a request that was meant as one; the usual sections are there."""
    lines = PAGES[name].splitlines()
    assert PAGES[name].isascii()
    assert {line.split()[0] for line in lines if line.startswith((".", "'"))} <= _REQUESTS
    assert lines[0].startswith(".TH ")
    assert {".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION"} <= set(lines)


def test_text_is_never_taken_for_a_request() -> None:
    """What a declaration holds comes out as it is, whatever it begins with or contains."""
    flag = Flag("x", ".so /etc/passwd\n'quoted \\n \\fB a-b …")
    page = manual.command_page("x", "Try", Command("x", ".ig\n\n$ .x", lambda _: 0, (Group("G", (flag,)),), Arity()))
    assert not re.search(r"^(\.so|\.ig|'|\.x)", page, re.MULTILINE)
    assert "\\efB a\\-b \\[u2026]" in page


def test_pages_link_up_and_down() -> None:
    """The program's page names its groups, a group's its commands, and these the page above."""
    assert "strongroom\\-kv (1)" in PAGES["strongroom.1"]
    assert "strongroom\\-kv\\-metadata\\-get (1)" in PAGES["strongroom-kv-metadata.1"]
    assert "strongroom\\-kv\\-metadata (1)" in PAGES["strongroom-kv-metadata-get.1"]


def test_groff_sets_every_page_without_a_warning(tmp_path: Path) -> None:
    """The real formatter takes all pages, and its output holds the flags as they are typed."""
    groff = shutil.which("groff")
    if groff is None:
        pytest.skip("needs groff")
    assert manual.write(tmp_path) == len(PAGES)
    files = sorted(str(path) for path in tmp_path.iterdir())
    done = subprocess.run([groff, "-man", "-Tutf8", "-ww", "-z", *files], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    page = tmp_path / "strongroom-operator-diagnose.1"
    shown = subprocess.run([groff, "-man", "-Tutf8", "-P-cbou", page], capture_output=True, text=True, check=True)
    assert "-config=<string>" in shown.stdout

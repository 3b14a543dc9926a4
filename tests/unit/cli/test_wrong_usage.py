"""Mistyped commands and flags, the program under another name, addresses where nothing answers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conformance.program import forked

PROGRAM = Path(sys.executable).parent / "strongroom"
REFUSED = "http://127.0.0.1:1"


def run(words: str, program: Path = PROGRAM, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program."""
    return subprocess.run(
        [forked(program), *words.split()],
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        ("reed secret/x", 127, '"strongroom reed" is no command. Did you mean "strongroom read"?'),
        ("opertor unseal", 127, 'Did you mean "strongroom operator"?'),
        ("generate-rot", 127, 'Did you mean "strongroom generate-root"?'),
        ("kv gte x", 1, '"strongroom kv gte" is no command. Did you mean "strongroom kv get"?'),
        ("kv metadata gett x", 1, 'Did you mean "strongroom kv metadata get"?'),
        ("auth lst", 1, 'Did you mean "strongroom auth list"?'),
        ("zzz", 127, '"strongroom zzz" is no command.\n'),
        ("status -adress=x", 1, "flag provided but not defined: -adress\nDid you mean -address?"),
        ("kv get --feild x y", 1, "flag provided but not defined: -feild\nDid you mean -field?"),
    ],
)
def test_a_slip_is_told_with_what_was_meant(words: str, code: int, hint: str) -> None:
    """A mistyped command or flag is named below the help, with the one that it resembles."""
    done = run(words)
    assert (done.returncode, done.stdout) == (code, "")
    assert hint in done.stderr
    assert done.stderr.rstrip().splitlines()[-1] in hint or hint in done.stderr.rstrip()[-200:] + "\n"


def test_what_resembles_nothing_gets_no_suggestion() -> None:
    """No command is suggested for a word that is like none."""
    assert "Did you mean" not in run("zzz").stderr
    assert "Did you mean" not in run("status -zzz").stderr


@pytest.mark.parametrize("name", ["vault", "bao"])
def test_under_another_name_it_speaks_of_itself_by_that(tmp_path: Path, name: str) -> None:
    """Called by a link, help, examples and hints name the link: what is copied from them works."""
    link = tmp_path / name
    link.symlink_to(PROGRAM)
    for words in ("-h", "kv -h", "kv get -h", "login -h", "completion -h", "auth help userpass", "reed", "operator -h"):
        done = run(words, link)
        text = done.stdout + done.stderr
        assert f"{name} " in text
        assert "strongroom " not in text
    assert f'"{name} mounts" is now "{name} secrets list"' in run(f"mounts -address={REFUSED}", link).stderr
    assert (
        f"$({name} print token)" in run(f"read -output-curl-string -address={REFUSED} x", link, VAULT_TOKEN="t").stdout
    )
    assert f"complete -F _{name} {name}" in run("completion bash", link).stdout


@pytest.mark.parametrize(
    ("words", "environment", "origin"),
    [
        ("status", {"VAULT_ADDR": REFUSED}, "The address is from VAULT_ADDR."),
        ("status", {"BAO_ADDR": REFUSED, "VAULT_ADDR": "http://other"}, "The address is from BAO_ADDR."),
        ("status", {"STRONGROOM_ADDR": REFUSED}, "The address is from STRONGROOM_ADDR."),
        (f"status -address={REFUSED}", {"VAULT_ADDR": "http://other"}, "The address is from -address."),
        ("status", {"VAULT_AGENT_ADDR": REFUSED, "VAULT_ADDR": "x"}, "The address is from VAULT_AGENT_ADDR."),
        ("status", {"VAULT_ADDR": "https://127.0.0.1:1"}, "The address is from VAULT_ADDR."),
        ("status", {"VAULT_ADDR": "http://name.invalid"}, "The address is from VAULT_ADDR."),
        ("status", {"VAULT_ADDR": "foo://x"}, "The address is from VAULT_ADDR."),
        ("status", {"VAULT_ADDR": "unix:///nonexistent/s"}, "The address is from VAULT_ADDR."),
        ("kv get -mount=a b", {"VAULT_ADDR": REFUSED, "VAULT_TOKEN": "t"}, "The address is from VAULT_ADDR."),
    ],
)
def test_an_address_where_nothing_answers_is_told_with_its_origin(
    words: str, environment: dict[str, str], origin: str
) -> None:
    """The error names the address that was tried, and the hint the flag or variable that it is from."""
    done = run(words, **environment)
    assert done.returncode in {1, 2}
    assert origin in done.stderr
    assert environment.get(origin.rsplit(maxsplit=1)[-1].rstrip("."), REFUSED) in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(("name", "words"), [("out.tar.gz", ""), ("out", " -compress=false")])
def test_debug_collects_nothing_for_a_place_that_is_taken(tmp_path: Path, name: str, words: str) -> None:
    """What it would ask for minutes isn't lost to a name that exists: it says so first, and touches nothing."""
    taken = tmp_path / name
    taken.write_text("mine")
    done = run(f"debug -output={tmp_path / 'out'}{words}", VAULT_ADDR=REFUSED)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"Error writing {taken}: file exists" in done.stderr
    assert taken.read_text() == "mine"

"""The runner of the pages' examples tells a page that is right from one that isn't."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.conformance.docs.console import Names, Step, blocks
from tests.conformance.docs.shell import Unexpected, opened, plain_programs, run_page

PAGE = """# A page

```console
$ cat > file <<'EOF'
$ not a command
EOF
$ cat file   # a comment
…
$ echo one two
one …
$ export WORD=kept
```

```hcl
# /etc/strongroom/x.hcl
a = "127.0.0.1:8200"
```

<!-- console: not run, because it would do harm -->
```console
$ exit 1
```

```console
$ ls missing
Error: …
```
"""


def test_reads_blocks(tmp_path: Path) -> None:
    """Here-documents belong to their command, a file's block is saved, a note is kept, lines are counted."""
    (tmp_path / "page.md").write_text(PAGE)
    first, file, passed, last = blocks(tmp_path / "page.md")
    assert [step.command.splitlines()[0] for step in first.steps] == [
        "cat > file <<'EOF'",
        "cat file   # a comment",
        "echo one two",
        "export WORD=kept",
    ]
    assert [step.line for step in first.steps] == [4, 7, 9, 11]
    assert file.file == "/etc/strongroom/x.hcl"
    assert passed.note.startswith("not run")
    assert last.steps[0].status is None


@pytest.mark.parametrize(
    ("expected", "output", "same"),
    [
        (("a  b",), "a  b\n", True),
        (("a  b",), "a b\n", False),
        (("a  b", ""), "a  b  \n\n\n", True),
        (("key …", "b"), "key 17\nb\n", True),
        (("k…     v",), "key  v\n", True),
        (("…", "end"), "1\n2\nend\n", True),
        (("…", "end"), "end\nmore\n", False),
        (("a.c",), "abc\n", False),
        (("id <one>", "again <one>"), "id x\nagain x\n", True),
        (("id <one>", "again <one>"), "id x\nagain y\n", False),
        (("exact",), "", False),
    ],
)
def test_compares(expected: tuple[str, ...], output: str, same: bool) -> None:
    """`…` and names stand for anything, and only they do."""
    assert Names({}).match(expected, output) is same


def test_names_are_learnt() -> None:
    """A name of an output stands for its word in later commands; places of the page for the test's own."""
    names = Names({"127.0.0.1:8200": "127.0.0.1:4711"})
    assert names.match(("Root Token: <root token>",), "Root Token: hvs.x\n")
    assert names.fill("login <root token> at 127.0.0.1:8200 <nil>") == "login hvs.x at 127.0.0.1:4711 <nil>"


@pytest.mark.parametrize(
    ("command", "expected", "status"),
    [
        ("false", (), 0),
        ("x   # exits with 2", (), 2),
        ("x", ("Error reading x",), None),
        ("x", ("…", "* permission denied"), None),
    ],
)
def test_statuses(command: str, expected: tuple[str, ...], status: int | None) -> None:
    """A command must succeed unless its page shows that it fails."""
    assert Step(command, expected, 1).status == status


@pytest.mark.parametrize(
    ("block", "why"),
    [
        ("$ echo a\nb", "the page says"),
        ("$ false", "exit status 1"),
        ("$ echo Error\nError", "should have failed"),
        ("$ true   # exits with 3", "exit status 0"),
        ("$ exit 0", "ended the shell"),
    ],
)
def test_a_wrong_page_fails(tmp_path: Path, block: str, why: str) -> None:
    """An example that does something else than its page says is reported with its line."""
    page = tmp_path / "page.md"
    page.write_text(f"```console\n{block}\n```\n")
    with opened(tmp_path, plain_programs()) as (shell, names), pytest.raises(Unexpected, match=why) as raised:
        run_page(page, shell, names)
    assert "page.md:2" in str(raised.value) or why == "ended the shell"


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    """A shell that a mistake on the page ends takes with it what it had started."""
    page = tmp_path / "page.md"
    page.write_text(
        "<!-- console: stays -->\n```console\n$ bash -c 'echo $$; exec sleep 60'\n<pid>\n```\n"
        "```console\n$ echo )\n```\n"
    )
    with opened(tmp_path, plain_programs()) as (shell, names), pytest.raises(Unexpected, match="ended the shell"):
        run_page(page, shell, names)
    for _ in range(100):
        state = Path(f"/proc/{names.known['pid']}/stat")
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.05)
    raise AssertionError(f"process {names.known['pid']} still runs")


def test_a_right_page_runs(tmp_path: Path) -> None:
    """State stays between commands and blocks, and a server lives until it is ended."""
    page = tmp_path / "page.md"
    page.write_text(
        "```console\n$ export WORD=kept\n$ cd /\n```\n"
        "<!-- console: stays -->\n```console\n$ bash -c 'echo up; exec sleep 60'\nup\n```\n"
        "```console\n$ echo $WORD $PWD\nkept /\n$ jobs | wc -l\n1\n```\n"
        "<!-- console: ends -->\n```console\n$ jobs -r | wc -l\n0\n```\n"
    )
    with opened(tmp_path, plain_programs()) as (shell, names):
        assert run_page(page, shell, names) == 6

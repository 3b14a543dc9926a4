"""What ssh takes from its words."""

from __future__ import annotations

import shlex

import pytest

from strongroom.cli.ssh.words import Target, quoted, target_of


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("host", Target("host")),
        ("eva@host", Target("host", "eva")),
        ("eva@ad@host", Target("host", "eva@ad")),
        ("-l eva host", Target("host", "eva")),
        ("-leva host", Target("host", "eva")),
        ("-vl eva host", Target("host", "eva")),
        ("-l eva bob@host", Target("host", "bob")),
        ("-o User=eva host", Target("host", "eva")),
        ("-oUser=eva host", Target("host", "eva")),
        ("-o 'user eva' host", Target("host", "eva")),
        ("-o User=eva -o User=bob host", Target("host", "eva")),
        ("-p 2222 eva@host", Target("host", "eva", names_port=True)),
        ("eva@host -p 2222 uname -l x", Target("host", "eva", names_port=True)),
        ("eva@host -p2222", Target("host", "eva", names_port=True)),
        ("eva@host -o Port=2222", Target("host", "eva", names_port=True)),
        ("eva@host uname -p 2222", Target("host", "eva")),
        ("-i key -tt -4 -J a,b eva@host", Target("host", "eva")),
        ("-L 80:eva@other:80 eva@host", Target("host", "eva")),
        ("ssh://eva@host", Target("host", "eva")),
        ("ssh://eva@host:2222", Target("host", "eva", names_port=True)),
        ("ssh://[::1]:2222 -l eva", Target("::1", "eva", names_port=True)),
        ("ssh://[::1]", Target("::1")),
        ("ssh://a%40b@host", Target("host", "a@b")),
        ("-- host", Target("host")),
        ("-v -- eva@host -p 2222", Target("host", "eva")),
    ],
)
def test_the_host_is_found_where_ssh_finds_it(words: str, target: Target) -> None:
    """Options come before and behind it, then the command."""
    assert target_of(shlex.split(words)) == target


@pytest.mark.parametrize("words", ["", "-v", "-p 22", "-l eva", "--", "-p"])
def test_words_without_a_host(words: str) -> None:
    """Values of options are no hosts."""
    assert target_of(shlex.split(words)) is None


@pytest.mark.parametrize(("path", "value"), [("/a/b", '"/a/b"'), ("/a b/%h", '"/a b/%%h"'), ('/"x\\', '"/\\"x\\\\"')])
def test_paths_mean_themselves(path: str, value: str) -> None:
    """Blanks and percent signs would mean something else in a setting."""
    assert quoted(path) == value

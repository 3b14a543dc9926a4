"""What ssh takes from its words."""

from __future__ import annotations

import shlex

import pytest

from strongroom.cli.failure import Failure
from strongroom.cli.ssh.words import Target, checked, quoted, target_of


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("host", Target("host")),
        ("eva@host", Target("host", "eva")),
        ("eva@ad@host", Target("host", "eva@ad")),
        ("host -l eva", Target("host", "eva")),
        ("host -leva", Target("host", "eva")),
        ("host -vl eva", Target("host", "eva")),
        ("bob@host -l eva", Target("host", "bob")),
        ("host -o User=eva", Target("host", "eva")),
        ("host -oUser=eva", Target("host", "eva")),
        ("host -o 'user eva'", Target("host", "eva")),
        ("host -o User=eva -o User=bob", Target("host", "eva")),
        ("eva@host -p 2222 uname -l x", Target("host", "eva", names_port=True)),
        ("eva@host -p2222", Target("host", "eva", names_port=True)),
        ("eva@host -o Port=2222", Target("host", "eva", names_port=True)),
        ("eva@host uname -p 2222", Target("host", "eva")),
        ("eva@host -- -p 2222", Target("host", "eva")),
        ("host -i key -tt -4 -J a,b -l eva", Target("host", "eva")),
        ("host -L 80:eva@other:80 -l eva", Target("host", "eva")),
        ("host -p", Target("host", names_port=True)),
        ("ssh://eva@host", Target("host", "eva")),
        ("ssh://eva@host:2222", Target("host", "eva", names_port=True)),
        ("ssh://[::1]:2222 -l eva", Target("::1", "eva", names_port=True)),
        ("ssh://[::1]", Target("::1")),
        ("ssh://a%40b@host", Target("host", "a@b")),
        ("ssh://eva@Web1/", Target("Web1", "eva")),
        ("ssh://a:b@host", Target("host", "a:b")),
        ("ssh://other/b@host", Target("host", "other/b")),
        ("'ssh://other?b@host'", Target("host", "other?b")),
        ("'ssh://other#`id`@host'", Target("host", "other#`id`")),
        ("'ssh://other\n#@host'", Target("host", "other\n#")),
    ],
)
def test_the_host_is_found_where_ssh_finds_it(words: str, target: Target) -> None:
    """It is the first word.  Options come behind it, then the command."""
    assert target_of(shlex.split(words)) == target


@pytest.mark.parametrize(
    "words",
    [
        *("-v", "--", "-", "-l eva host", "-- host"),
        "-oProxyCommand=id host",
        "-oProxyCommand=id@host",
        *("'ssh://[x'", "ssh://", "ssh://eva@", "ssh://@host", "ssh://a@b@host", "ssh:///host"),
        *("ssh://host/path", "'ssh://host?x'", "'ssh://host#x'", "'ssh://ho\tst'", "'ssh://ho\nst'", "ssh://host:x"),
    ],
)
def test_a_word_that_is_no_host(words: str) -> None:
    """An option in the host's place is refused: ssh would run commands, and take the next word for the host."""
    with pytest.raises(Failure, match="No host in the words for ssh"):
        target_of(shlex.split(words))


@pytest.mark.parametrize(
    ("host", "user"),
    [
        ("host", "eva"),
        ("192.0.2.7", "AD\\eva"),
        ("fe80::1%eth0", "eva@example.com"),
        ("[::1]", "eva"),
        ("web_1.example.com", "svc-web$"),
    ],
)
def test_names_that_ssh_may_get(host: str, user: str) -> None:
    """Names, addresses and aliases."""
    assert checked(Target(host, user)) == Target(host, user)


@pytest.mark.parametrize(
    ("host", "user", "why"),
    [
        ("", "eva", "No host in the words"),
        ("-oProxyCommand=id", "eva", '"-oProxyCommand=id" can\'t be the name of one'),
        *(("h" + character + "t", "eva", "No host in the words") for character in "`$(;|&<> \n\0\t\\'\"{,"),
        ("host", "-oProxyCommand=id", '"-oProxyCommand=id" can\'t be the name of a user'),
        *(("host", "e" + character + "a", "name of a user") for character in "`(;|&<>\n\0'\"{"),
        ("host", "eva -x", "name of a user"),
        ("host", "eva\\", "name of a user"),
    ],
)
def test_names_that_would_be_options_or_commands(host: str, user: str, why: str) -> None:
    """They come from elsewhere in many scripts, and ssh hands them to a shell where a `ProxyCommand` names them."""
    with pytest.raises(Failure, match=why):
        checked(Target(host, user))


@pytest.mark.parametrize(("path", "value"), [("/a/b", '"/a/b"'), ("/a b/%h", '"/a b/%%h"'), ('/"x\\', '"/\\"x\\\\"')])
def test_paths_mean_themselves(path: str, value: str) -> None:
    """Blanks and percent signs would mean something else in a setting."""
    assert quoted(path) == value

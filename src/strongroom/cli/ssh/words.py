"""The words of ssh's own command line, as far as this program has to understand them (p).

Source: https://man.openbsd.org/ssh.1
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from strongroom.cli.failure import Failure

_WITH_VALUE = frozenset("BbcDEeFIiJLlmOoPpQRSWw")
"""The options of ssh that take a value, in the same word or the next."""
_NO_HOST = re.compile(r"""[\s\0-\x1f\x7f'`"$\\;&<>|(){},]""")
_NO_USER = re.compile(r"""[\0-\x1f\x7f'`";&<>|(){}]|\s-|\\\Z""")
"""Domains of Windows stand before a backslash, and shells leave a `$` that came out of another one alone."""
_URL = re.compile(r"ssh://(?:([^@]+)@)?(\[[^\[\]@\s]+\]|[^\[\]@:/?#\s]+)(?::(\d*))?/?")
"""User, host and port, where ssh finds them: all up to the `@` is the user, slashes and question marks too.

Where parsers of other URLs find the host, it could be another one than ssh's.
"""


@dataclass(frozen=True, slots=True)
class Target:
    """Where ssh is to log in."""

    host: str
    """As it was given: a name, an address, or an alias of ssh's configuration."""
    user: str = ""
    """Empty if the words don't say it."""
    names_port: bool = False
    """Whether the words say the port."""


def target_of(words: Sequence[str]) -> Target:
    """The host that ssh takes from the words: the first one.  Options and the command for the host come behind it.

    Raises: `Failure` for a first word that ssh would take for an option.  Whoever chooses the host, and nothing else,
        could run commands on this machine by `-oProxyCommand=…`.
    """
    host, options, rest = words[0], list[tuple[str, str]](), list(words[1:])
    if host.startswith("-"):
        raise Failure(f'No host in the words for ssh: "{host}" is an option. Name the host first: username@host.')
    while rest and rest[0].startswith("-") and rest[0] not in {"-", "--"}:
        options += _options(rest.pop(0), rest)
    return _target(host, options)


def checked(target: Target) -> Target:
    """The same target.

    Raises: `Failure` for a host or a user that an option of ssh could be made of, or a command of the shell that runs
        a `ProxyCommand` with `%h` or `%r`.  Versions of ssh before 9.6 don't look (CVE-2023-51385).
    """
    if not target.host or target.host.startswith("-") or _NO_HOST.search(target.host):
        raise Failure(f'No host in the words for ssh: "{target.host}" can\'t be the name of one.')
    if target.user.startswith("-") or _NO_USER.search(target.user):
        raise Failure(f'"{target.user}" can\'t be the name of a user for ssh.')
    return target


def _options(word: str, rest: list[str]) -> list[tuple[str, str]]:
    """The options of one word, such as `-vp22`.  Takes the value from `rest` if it is the next word."""
    for position, letter in enumerate(word[1:], 1):
        if letter in _WITH_VALUE:
            value = word[position + 1 :] or (rest.pop(0) if rest else "")
            return [(letter, value)]
    return []


def _target(host: str, options: Sequence[tuple[str, str]]) -> Target:
    users = [value for letter, value in options if letter == "l"]
    ports = [value for letter, value in options if letter == "p"]
    settings = [value.replace("=", " ", 1).split(None, 1) for letter, value in options if letter == "o"]
    named = {words[0].lower(): words[1].strip() for words in reversed(settings) if len(words) == 2}
    said = users[0] if users else named.get("user", "")
    if host.startswith("ssh://"):
        url = _URL.fullmatch(host)
        if url is None:
            raise Failure(f'No host in the words for ssh: "{host}" is no URL of a host.')
        return Target(url[2].strip("[]"), unquote(url[1] or "") or said, bool(ports or url[3]))
    user, at, name = host.rpartition("@")
    return Target(name, user if at else said, bool(ports) or "port" in named)


def quoted(path: str) -> str:
    """A path as the value of a setting: its blanks and percent signs mean themselves."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'

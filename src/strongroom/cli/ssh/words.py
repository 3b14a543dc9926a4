"""The words of ssh's own command line, as far as this program has to understand them (p).

Source: https://man.openbsd.org/ssh.1
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

_WITH_VALUE = frozenset("BbcDEeFIiJLlmOoPpQRSWw")
"""The options of ssh that take a value, in the same word or the next."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where ssh is to log in."""

    host: str
    """As it was given: a name, an address, or an alias of ssh's configuration."""
    user: str = ""
    """Empty if the words don't say it."""
    names_port: bool = False
    """Whether the words say the port."""


def target_of(words: Sequence[str]) -> Target | None:
    """The host that ssh takes from the words, or None if there is none.

    ssh takes options before and behind the host.  What comes after those is the command for the host.
    """
    host, options, rest = "", list[tuple[str, str]](), list(words)
    while rest:
        word = rest.pop(0)
        if word == "--" and not host:
            host = rest.pop(0) if rest else ""
            break
        if word.startswith("-") and word not in {"-", "--"}:
            options += _options(word, rest)
        elif host:
            break
        else:
            host = word
    return _target(host, options) if host else None


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
        parts = urlsplit(host)
        return Target(
            parts.hostname or "", unquote(parts.username or "") or said, bool(ports) or _has_port(parts.netloc)
        )
    user, at, name = host.rpartition("@")
    return Target(name, user if at else said, bool(ports) or "port" in named)


def _has_port(netloc: str) -> bool:
    return ":" in netloc.rpartition("@")[2].rpartition("]")[2]


def quoted(path: str) -> str:
    """A path as the value of a setting: its blanks and percent signs mean themselves."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'

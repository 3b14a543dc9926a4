"""Flags as Go's `flag` package reads them: one dash or two, `-name=value` or `-name value`, before the arguments.  (p)

Source: https://pkg.go.dev/flag
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from strongroom.client.durations import parse_nanoseconds
from strongroom.client.settings import named, parse_bool

Kind = Literal["string", "bool", "int", "uint", "duration", "strings", "pairs"]

_EMPTY: dict[Kind, Any] = {
    "string": "",
    "bool": False,
    "int": 0,
    "uint": 0,
    "duration": 0,
    "strings": (),
    "pairs": {},
}
_ANYWHERE = frozenset({"format", "detailed", "output-curl-string", "output-policy"})
"""Flags that are looked for in the whole command line, so that no warning is due behind an argument."""
_LIKE_A_FLAG = re.compile(r"(?!-\Z)-{1,3}(\w[\w-]*|)(?:=|\Z)")


class FlagError(Exception):
    """The flags can't be read.

    Args:
        text: what is wrong.
        rest: what was left to read.
        unknown: the name of a flag that doesn't exist.
    """

    def __init__(self, text: str, rest: Sequence[str], unknown: str = "") -> None:
        super().__init__(text)
        self.rest = list(rest)
        self.unknown = unknown


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag of a command."""

    name: str
    help: str
    kind: Kind = "string"
    default: Any = None
    """None means the kind's empty value.  Durations are in nanoseconds."""
    aliases: tuple[str, ...] = ()
    variable: str = ""
    """What follows `STRONGROOM_` in the environment variable that gives the default; empty if there is none."""
    placeholder: str = ""

    @property
    def empty(self) -> Any:
        """The value when neither the command line nor the environment gives one."""
        return _EMPTY[self.kind] if self.default is None else self.default


@dataclass(frozen=True, slots=True)
class Group:
    """Flags that stand under one heading in the help."""

    title: str
    flags: tuple[Flag, ...]


class Values:
    """The parsed flags of one command line."""

    def __init__(self, values: Mapping[str, Any], given: frozenset[str]) -> None:
        self._values = values
        self._given = given

    def given(self, name: str) -> bool:
        """Whether the command line names the flag."""
        return name in self._given

    def text(self, name: str) -> str:
        """A string flag; empty for a flag that the command doesn't have."""
        return str(self._values.get(name, ""))

    def on(self, name: str) -> bool:
        """A boolean flag; False for a flag that the command doesn't have."""
        return bool(self._values.get(name, False))

    def number(self, name: str) -> int:
        """An integer flag, or a duration in nanoseconds."""
        return int(self._values[name])

    def many(self, name: str) -> list[str]:
        """A flag that may be repeated; empty for a flag that the command doesn't have."""
        return list(self._values.get(name, ()))

    def pairs(self, name: str) -> dict[str, str]:
        """A repeatable flag of `key=value`."""
        return dict(self._values.get(name, {}))


@dataclass(frozen=True, slots=True)
class Parsed:
    """A command line, read."""

    values: Values
    arguments: list[str]
    ended: bool = False
    """Whether `--` ended the flags, so that nothing behind it is one."""


def parse_int(text: str, *, signed: bool = True) -> int:
    """An integer as Go's `strconv` takes it, prefixes and underscores included.  Raises `ValueError`."""
    function = "ParseInt" if signed else "ParseUint"
    bare = text.lstrip("+-") if signed else text
    try:
        octal = len(bare) > 1 and bare[0] == "0" and bare.isdecimal()
        value = int(text, 8) if octal else int(text, 0)
        if not signed and not bare[:1].isdecimal():
            raise ValueError
    except ValueError:
        raise ValueError(f'strconv.{function}: parsing "{text}": invalid syntax') from None
    low, high = (-(2**63), 2**63) if signed else (0, 2**64)
    if not low <= value < high:
        raise ValueError(f'strconv.{function}: parsing "{text}": value out of range')
    return value


def _convert(kind: Kind, text: str, before: Any) -> Any:
    match kind:
        case "string":
            return text
        case "bool":
            return parse_bool(text)
        case "int" | "uint":
            return parse_int(text, signed=kind == "int")
        case "duration":
            return parse_nanoseconds(text)
        case "strings":
            return (*before, text)
        case "pairs":
            name, equals, value = text.partition("=")
            if not equals:
                raise ValueError(f'missing = in KV pair: "{text}"')
            return {**before, name: value}


def defaults(flags: Sequence[Flag], environment: Mapping[str, str]) -> dict[str, Any]:
    """Each flag's value before the command line is read.  A variable with an invalid value is ignored."""
    values = {flag.name: flag.empty for flag in flags}
    for flag in flags:
        if flag.variable and (text := named(environment, flag.variable)[1]):
            try:
                values[flag.name] = _convert(flag.kind, text, flag.empty)
            except ValueError:
                continue
    return values


def parse(flags: Sequence[Flag], words: Sequence[str], environment: Mapping[str, str]) -> Parsed:
    """Read the flags at the beginning of `words`; what follows are the arguments.  Raises `FlagError`."""
    known = {name: flag for flag in flags for name in (flag.name, *flag.aliases)}
    values = defaults(flags, environment)
    given: set[str] = set()
    rest = list(words)
    while rest and rest[0].startswith("-") and rest[0] != "-":
        word = rest[0]
        if word == "--":
            return Parsed(Values(values, frozenset(given)), rest[1:], ended=True)
        bare = word[2:] if word.startswith("--") else word[1:]
        if not bare or bare[0] in "-=":
            raise FlagError(f"bad flag syntax: {word}", rest)
        del rest[0]
        name, equals, text = bare.partition("=")
        flag = known.get(name)
        if flag is None:
            if name in {"h", "help"}:
                raise FlagError("flag: help requested", rest)
            raise FlagError(f"flag provided but not defined: -{name}", rest, unknown=name)
        if not equals and flag.kind == "bool":
            text = "true"
        elif not equals:
            if not rest:
                raise FlagError(f"flag needs an argument: -{name}", rest)
            text = rest.pop(0)
        before = values[flag.name] if flag.name in given else _EMPTY[flag.kind]
        try:
            values[flag.name] = _convert(flag.kind, text, before)
        except ValueError as error:
            what = f'invalid boolean value "{text}" for' if flag.kind == "bool" else f'invalid value "{text}" for flag'
            raise FlagError(f"{what} -{name}: {error}", rest) from None
        given.add(flag.name)
    return Parsed(Values(values, frozenset(given)), rest)


def leading(flags: Sequence[Flag], words: Sequence[str]) -> list[str]:
    """The words before the first argument: the flags with their values."""
    try:
        rest = parse(flags, words, {}).arguments
    except FlagError as error:
        rest = error.rest
    return list(words[: len(words) - len(rest)])


def misplaced(arguments: Sequence[str]) -> list[str]:
    """The arguments that look like flags, and would have been if they stood before the first argument.

    A private key in PEM begins with hyphens too.  It is no flag, and must not be repeated where the flags are.
    """
    looks = ((word, _LIKE_A_FLAG.match(word)) for word in arguments)
    return [word for word, flag in looks if flag is not None and flag[1] not in _ANYWHERE]


def without(arguments: Sequence[str], name: str) -> list[str]:
    """The arguments without a flag that `anywhere` finds among them, and without its value."""
    left: list[str] = []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        head, equals, _ = word.lstrip("-").partition("=")
        if word == "--":
            return [*left, word, *rest]
        if not word.startswith("-") or head != name:
            left.append(word)
        elif not equals and rest:
            del rest[0]
    return left


def anywhere(words: Sequence[str], name: str) -> str | None:
    """The last value of a flag in a whole command line, wherever it stands; None if it isn't there."""
    found: str | None = None
    for position, word in enumerate(words):
        if word == "--":
            break
        if not word.startswith("-"):
            continue
        head, equals, value = word.lstrip("-").partition("=")
        if head == name:
            following = words[position + 1] if position + 1 < len(words) else ""
            found = value if equals else following
    return found

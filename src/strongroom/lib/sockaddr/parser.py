"""Parses an address template into its parts (pure)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

_MAX_CHARACTERS: Final = 4096
_MAX_COMMANDS: Final = 16
_MAX_ARGUMENTS: Final = 4
_TOKEN = re.compile(r'\s*(?:(\w+)|("(?:[^"\\\n]|\\["\\])*")|(`[^`]*`)|(-?[0-9]+)(?!\w)|(\|))')
_WORD, _QUOTED, _RAW, _NUMBER, _PIPE = range(1, 6)

Argument: TypeAlias = str | int


class TemplateError(Exception):
    """The template is invalid.  The text gives the reason."""


@dataclass(frozen=True, slots=True)
class Command:
    """A function with its arguments."""

    name: str
    arguments: tuple[Argument, ...] = ()


Pipeline: TypeAlias = tuple[Command, ...]
Part: TypeAlias = str | Pipeline


def is_template(text: str) -> bool:
    """Whether any part of the text must be evaluated."""
    return "{{" in text


def parse(text: str) -> tuple[Part, ...]:
    """The parts of a template: plain text, and pipelines between `{{` and `}}`.

    Raises: `TemplateError`.
    """
    if len(text) > _MAX_CHARACTERS:
        raise TemplateError(f"expected a template of at most {_MAX_CHARACTERS} characters, found {len(text)}")
    parts: list[Part] = []
    rest = text
    while rest:
        plain, opened, rest = rest.partition("{{")
        inside, closed, after = rest.partition("}}") if opened else ("", "", "")
        if opened and not closed:
            raise TemplateError('expected "}}" for each "{{", found none')
        # `{{-` and `-}}` remove the blanks beside them.
        trims_before, trims_after = inside.startswith("- "), inside.endswith(" -")
        plain = plain.rstrip() if trims_before else plain
        if plain:
            parts.append(plain)
        if opened:
            parts.append(_pipeline(inside[2 if trims_before else 0 : -2 if trims_after else None]))
        rest = after.lstrip() if trims_after else after
    return tuple(parts)


def _pipeline(text: str) -> Pipeline:
    commands: list[list[Argument]] = [[]]
    names: list[str] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            rest = text[at:].strip()[:16]
            raise TemplateError(f'expected a function, a text in quotes, a number or "|", found {rest!r}')
        at = found.end()
        starts = len(names) < len(commands)
        if found.lastindex == _PIPE:
            if starts:
                raise TemplateError('expected a function before "|", found none')
            commands.append([])
        elif starts:
            if found.lastindex != _WORD or found[_WORD][0].isdigit():
                raise TemplateError(f"expected a function, found {found[0].strip()[:32]}")
            names.append(found[_WORD])
        else:
            commands[-1].append(_argument(found, names[-1]))
        if len(commands) > _MAX_COMMANDS or len(commands[-1]) > _MAX_ARGUMENTS:
            raise TemplateError(f"expected at most {_MAX_COMMANDS} functions of {_MAX_ARGUMENTS} arguments, found more")
    if len(names) < len(commands):
        raise TemplateError("expected a function, found none")
    return tuple(Command(name, tuple(arguments)) for name, arguments in zip(names, commands, strict=True))


def _argument(found: re.Match[str], behind: str) -> Argument:
    match found.lastindex:
        case 2:
            return re.sub(r"\\(.)", r"\1", found[_QUOTED][1:-1])
        case 3:
            return found[_RAW][1:-1]
        case 4:
            return _number(found[_NUMBER])
    if found[_WORD].isascii() and found[_WORD].isdigit():
        return _number(found[_WORD])
    raise TemplateError(f"expected a text in quotes or a number behind {behind[:32]}, found {found[_WORD][:32]}")


def _number(digits: str) -> int:
    if len(digits) > 9:
        raise TemplateError(f"expected a number of at most nine digits, found {digits[:16]}…")
    return int(digits)

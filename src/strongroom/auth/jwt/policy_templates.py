"""Names of policies made of claims (p): `project-{{.project_id}}`, `{{if eq "prod" .environment}}deploy{{end}}`.

The part of Go's templates that names of policies need: fields of the claims, `index`, comparisons, conditions,
pipelines and a few functions on texts.

Source: https://pkg.go.dev/text/template, https://openbao.org/api-docs/auth/jwt/#acl-policy-templating-examples
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from strongroom.auth.jwt.claims import same
from strongroom.lib.errors import InvalidRequest

MOST_CHARACTERS = 4096
_MOST_DEPTH = 20
_MOST_RESULT = 64 * 1024
"""More than any name of a policy may have, which is only judged when it is whole."""
_TOO_LONG = f"it gives more than {_MOST_RESULT} characters"
_MISSING: Any = object()

_ACTION = re.compile(r"\{\{(-(?=\s))?(.*?)((?<=\s)-)?\}\}", re.DOTALL)
_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*"|`[^`]*`)|(?P<number>-?\d+(?:\.\d+)?)(?![\w.])|(?P<mark>[()|])"""
    r"""|(?P<path>(?:\.\w+)+|\.)|(?P<word>\w+))"""
)


class Text(msgspec.Struct, frozen=True):
    """Text that stays."""

    text: str


class Constant(msgspec.Struct, frozen=True):
    """A text, a number, `true`, `false` or `nil`."""

    value: Any


class Path(msgspec.Struct, frozen=True):
    """`.a.b`; empty for all claims."""

    names: tuple[str, ...]


class Call(msgspec.Struct, frozen=True):
    """A function with its arguments."""

    name: str
    arguments: tuple[Any, ...]


class Choice(msgspec.Struct, frozen=True):
    """`{{if …}}…{{else}}…{{end}}`"""

    condition: Any
    then: tuple[Any, ...]
    otherwise: tuple[Any, ...]


def check(names: Iterable[str]) -> None:
    """Raise `InvalidRequest` for a name that is no template."""
    for index, name in enumerate(names):
        _parsed(name, index)


def policies(names: Iterable[str], claims: Mapping[str, Any]) -> tuple[str, ...]:
    """The names that templates give; those that are empty are left out.

    Raises: `InvalidRequest` for a claim that is missing, or is no text, number or boolean where one is needed.
    """
    filled = []
    for index, name in enumerate(names):
        try:
            filled.append(_joined(_written(_parsed(name, index), claims)).strip())
        except _TemplateError as error:
            raise InvalidRequest(f"failed to template policy [{index}]: {error}") from error
    return tuple(dict.fromkeys(name for name in filled if name))


class _TemplateError(Exception):
    """A template, or what it makes of the claims, is wrong."""


def _parsed(name: str, index: int) -> tuple[Any, ...]:
    try:
        if len(name) > MOST_CHARACTERS:
            raise _TemplateError(f"it is longer than {MOST_CHARACTERS} characters")
        nodes, end = _nodes(_pieces(name), 0)
        if end:
            raise _TemplateError(f"unexpected {{{{{end}}}}}")
    except _TemplateError as error:
        raise InvalidRequest(f"failed to parse template policy [{index}]: {error}") from error
    return nodes


def _pieces(name: str) -> list[Any]:
    """Texts, and actions as lists of their tokens, last first."""
    pieces: list[Any] = []
    at, trim = 0, False
    for action in _ACTION.finditer(name):
        text = name[at : action.start()]
        text = text.lstrip() if trim else text
        pieces += [Text(text.rstrip() if action[1] else text), _tokens(action[2])]
        at, trim = action.end(), bool(action[3])
    rest = name[at:]
    pieces.append(Text(rest.lstrip() if trim else rest))
    if any(isinstance(piece, Text) and "{{" in piece.text for piece in pieces):
        raise _TemplateError("unclosed action")
    return pieces[::-1]


def _tokens(action: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    at = 0
    while action[at:].strip():
        found = _TOKEN.match(action, at)
        if found is None:
            raise _TemplateError(f"unexpected {action[at:].strip()[:20]!r}")
        assert found.lastgroup is not None
        tokens.append((found.lastgroup, found[found.lastgroup]))
        at = found.end()
    return tokens[::-1]


def _nodes(pieces: list[Any], depth: int) -> tuple[tuple[Any, ...], str]:
    """The nodes up to an `else` or `end`, and which of them it was; empty at the end of the template."""
    if depth > _MOST_DEPTH:
        raise _TemplateError("it is nested too deeply")
    nodes: list[Any] = []
    while pieces:
        piece = pieces.pop()
        if isinstance(piece, Text):
            nodes.append(piece)
            continue
        word = piece[-1] if piece else ("", "")
        if word in {("word", "end"), ("word", "else")}:
            if word[1] == "else" and len(piece) > 1:  # `else if`: an if of its own, which the same `end` ends
                piece.pop()
                pieces.append(piece)
                return tuple(nodes), "else if"
            if len(piece) > 1:
                raise _TemplateError(f"unexpected words after {word[1]}")
            return tuple(nodes), word[1]
        if word == ("word", "if"):
            piece.pop()
            nodes.append(_choice(piece, pieces, depth))
        else:
            nodes.append(_whole(piece))
    return tuple(nodes), ""


def _choice(condition: list[tuple[str, str]], pieces: list[Any], depth: int) -> Choice:
    wanted = _whole(condition)
    then, end = _nodes(pieces, depth + 1)
    otherwise: tuple[Any, ...] = ()
    if end == "else if":
        inner = pieces.pop()
        if inner[-1] != ("word", "if"):
            raise _TemplateError("unexpected words after else")
        inner.pop()
        return Choice(wanted, then, (_choice(inner, pieces, depth + 1),))
    if end == "else":
        otherwise, end = _nodes(pieces, depth + 1)
    if end != "end":
        raise _TemplateError("an if has no end")
    return Choice(wanted, then, otherwise)


def _whole(tokens: list[tuple[str, str]]) -> Any:
    value = _pipeline(tokens, 0)
    if tokens:
        raise _TemplateError(f"unexpected {tokens[-1][1]!r}")
    return value


def _pipeline(tokens: list[tuple[str, str]], depth: int) -> Any:
    value = _command(tokens, depth, ())
    while tokens and tokens[-1] == ("mark", "|"):
        tokens.pop()
        value = _command(tokens, depth, (value,))
    return value


def _command(tokens: list[tuple[str, str]], depth: int, piped: tuple[Any, ...]) -> Any:
    if depth > _MOST_DEPTH:
        raise _TemplateError("it is nested too deeply")
    if tokens and tokens[-1][0] == "word" and tokens[-1][1] not in _CONSTANTS:
        name = tokens.pop()[1]
        if name not in _FUNCTIONS:
            raise _TemplateError(f'function "{name}" not defined')
        arguments = []
        while tokens and tokens[-1] not in {("mark", "|"), ("mark", ")")}:
            arguments.append(_operand(tokens, depth))
        return Call(name, (*arguments, *piped))
    if piped:
        raise _TemplateError("only a function can follow |")
    return _operand(tokens, depth)


_CONSTANTS = {"true": True, "false": False, "nil": None}


def _operand(tokens: list[tuple[str, str]], depth: int) -> Any:
    if not tokens:
        raise _TemplateError("a value is missing")
    kind, text = tokens.pop()
    match kind:
        case "text":
            return Constant(text[1:-1] if text[0] == "`" else re.sub(r"\\(.)", r"\1", text[1:-1]))
        case "number":
            return Constant(float(text) if "." in text else int(text))
        case "path":
            return Path(tuple(text[1:].split(".")) if text != "." else ())
        case "word" if text in _CONSTANTS:
            return Constant(_CONSTANTS[text])
        case "mark" if text == "(":
            value = _pipeline(tokens, depth + 1)
            if not tokens or tokens.pop() != ("mark", ")"):
                raise _TemplateError("unclosed parenthesis")
            return value
    raise _TemplateError(f"unexpected {text!r}")


def _written(nodes: Iterable[Any], claims: Mapping[str, Any]) -> Iterable[str]:
    for node in nodes:
        if isinstance(node, Text):
            yield node.text
        elif isinstance(node, Choice):
            yield from _written(node.then if _value(node.condition, claims) else node.otherwise, claims)
        else:
            yield _plain(_value(node, claims))


def _joined(pieces: Iterable[str]) -> str:
    kept: list[str] = []
    left = _MOST_RESULT
    for piece in pieces:
        kept.append(piece)
        left -= len(piece)
        if left < 0:
            raise _TemplateError(_TOO_LONG)
    return "".join(kept)


def _value(node: Any, claims: Mapping[str, Any]) -> Any:
    if isinstance(node, Constant):
        return node.value
    if isinstance(node, Path):
        value: Any = claims
        for name in node.names:
            value = value.get(name, _MISSING) if isinstance(value, Mapping) else _MISSING
            if value is _MISSING:
                raise _TemplateError(f'there is no claim "{".".join(node.names)}"')
        return value
    return _FUNCTIONS[node.name](*(_value(argument, claims) for argument in _counted(node)))


def _counted(call: Call) -> tuple[Any, ...]:
    least, most = _ARGUMENTS[call.name]
    if not least <= len(call.arguments) <= most:
        raise _TemplateError(f"wrong number of arguments for {call.name}")
    return call.arguments


def _plain(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
    raise _TemplateError("a value is no text, number or boolean")


def _index(value: Any, key: Any) -> Any:
    if isinstance(value, Mapping) and isinstance(key, str):
        return value.get(key)
    if isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value):
        return value[key]
    raise _TemplateError("index doesn't fit the value")


def _equal(first: Any, *others: Any) -> bool:
    return any(first is other or same(first, other) for other in others)


def _and(*values: Any) -> Any:
    return next((value for value in values if not value), values[-1])


def _or(*values: Any) -> Any:
    return next((value for value in values if value), values[-1])


def _length(value: Any) -> int:
    if isinstance(value, str | list | Mapping):
        return len(value)
    raise _TemplateError("len of a value that has none")


def _truncate(most: Any, value: Any) -> str:
    if not isinstance(most, int) or most < 1:
        raise _TemplateError("truncate needs a length")
    return _plain(value)[:most]


def _replace(old: Any, new: Any, value: Any) -> str:
    searched, put, text = _plain(old), _plain(new), _plain(value)
    if len(text) + text.count(searched) * max(0, len(put) - len(searched)) > _MOST_RESULT:  # of claims, whose product
        raise _TemplateError(_TOO_LONG)
    return text.replace(searched, put)


_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "and": _and,
    "base64": lambda value: base64.b64encode(_plain(value).encode()).decode(),
    "eq": _equal,
    "index": _index,
    "len": _length,
    "lowercase": lambda value: _plain(value).lower(),
    "ne": lambda first, other: not _equal(first, other),
    "not": lambda value: not value,
    "or": _or,
    "replace": _replace,
    "sha256": lambda value: hashlib.sha256(_plain(value).encode()).hexdigest(),
    "truncate": _truncate,
    "uppercase": lambda value: _plain(value).upper(),
}
_MANY = 64
_ARGUMENTS: Mapping[str, tuple[int, int]] = {
    "and": (1, _MANY), "base64": (1, 1), "eq": (2, _MANY), "index": (2, 2), "len": (1, 1), "lowercase": (1, 1),
    "ne": (2, 2), "not": (1, 1), "or": (1, _MANY), "replace": (3, 3), "sha256": (1, 1), "truncate": (2, 2),
    "uppercase": (1, 1),
}  # fmt: skip

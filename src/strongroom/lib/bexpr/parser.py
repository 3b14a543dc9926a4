"""Reads expressions about the fields of something (pure)."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from strongroom.lib.bexpr.expressions import (
    And,
    Contains,
    Empty,
    Equal,
    Expression,
    Matches,
    Not,
    OneOf,
    Or,
    Path,
)
from strongroom.lib.bexpr.patterns import pattern
from strongroom.lib.errors import InvalidRequest

MOST_CHARACTERS: Final = 4096
_DEEPEST: Final = 32
_MOST_COMPARISONS: Final = 128
_TOKEN: Final = re.compile(
    r"""[ \t\r\n]*(?:
        (?P<name>[A-Za-z][A-Za-z0-9_/]*(?:\.[A-Za-z0-9_/]+)*)
      | (?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?=[ \t\r\n)\],]|$))
      | (?P<text>"(?:[^"\\]|\\.)*"|`[^`]*`)
      | (?P<sign>==|!=|[()\[\],])
      | (?P<end>$)
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(
    r"\\(?:(?P<simple>[abfnrtv\\\"'])|x(?P<two>[0-9A-Fa-f]{2})|u(?P<four>[0-9A-Fa-f]{4})|(?P<bad>.))", re.DOTALL
)
_SIMPLE: Final = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_WORDS: Final = frozenset({"and", "or", "not", "in", "is", "empty", "contains", "matches"})


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


def parse(text: str) -> Expression:
    """The expression that a text stands for.

    Raises: `InvalidRequest` with the place of what is wrong, or for a text beyond the limits.
    """
    if len(text) > MOST_CHARACTERS:
        raise InvalidRequest(f"an expression has {MOST_CHARACTERS} characters at most")
    parser = _Parser(_tokens(text))
    expression = parser.either(0)
    parser.expect_end()
    return expression


def pointer(text: str) -> Path:
    """The names in a JSON pointer.  Raises `InvalidRequest`.  Source: RFC 6901"""
    if not text.startswith("/") or re.search(r"~(?![01])", text):
        raise InvalidRequest(f'"{text[:64]}" is no JSON pointer, such as "/request/path"')
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in text[1:].split("/"))


def _tokens(text: str) -> list[_Token]:
    tokens, at = [], 0
    while True:
        found = _TOKEN.match(text, at)
        if found is None:
            rest = text[at:].lstrip()
            reason = "has a text without its end" if rest[:1] in {'"', "`"} else "cannot be read"
            raise InvalidRequest(f"the expression {reason}, at character {len(text) - len(rest) + 1}")
        kind = found.lastgroup or "end"
        tokens.append(_Token(kind, found[kind], found.start(kind) + 1))
        if kind == "end":
            return tokens
        at = found.end()


class _Parser:
    """One reading."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._comparisons = 0

    def either(self, depth: int) -> Expression:
        """Expressions with `or` between them."""
        if depth > _DEEPEST:
            raise InvalidRequest(f"an expression is nested {_DEEPEST} deep at most")
        parts = [self._both(depth)]
        while self._word("or"):
            parts.append(self._both(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _both(self, depth: int) -> Expression:
        parts = [self._single(depth)]
        while self._word("and"):
            parts.append(self._single(depth))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _single(self, depth: int) -> Expression:
        negated = False
        while self._word("not"):
            negated = not negated
        if self._sign("("):
            inner = self.either(depth + 1)
            if not self._sign(")"):
                raise self._wrong('")"')
        else:
            inner = self._comparison()
        return Not(inner) if negated else inner

    def _comparison(self) -> Expression:
        self._comparisons += 1
        if self._comparisons > _MOST_COMPARISONS:
            raise InvalidRequest(f"an expression has {_MOST_COMPARISONS} comparisons at most")
        left = self._next("a value's name")
        if self._sign("=="):
            return Equal(self._path(left), self._value())
        if self._sign("!="):
            return Not(Equal(self._path(left), self._value()))
        if self._word("is"):
            negated = self._word("not")
            if not self._word("empty"):
                raise self._wrong('"empty"')
            return _negated(Empty(self._path(left)), negated)
        negated = self._word("not")
        if self._word("contains"):
            return _negated(Contains(self._path(left), self._value()), negated)
        if self._word("matches"):
            return _negated(Matches(self._path(left), pattern(self._value())), negated)
        if self._word("in"):
            return _negated(self._membership(left), negated)
        raise self._wrong("an operator such as ==")

    def _membership(self, left: _Token) -> Expression:
        if not self._sign("["):
            return Contains(self._path(self._next("a value's name")), _text_of(left))
        texts = [self._value()]
        while self._sign(","):
            texts.append(self._value())
        if not self._sign("]"):
            raise self._wrong('"]"')
        return OneOf(self._path(left), tuple(texts))

    def _path(self, token: _Token) -> Path:
        if token.kind == "name" and token.text not in _WORDS:
            path: Path = tuple(token.text.split("."))
        elif token.kind == "text" and token.text.startswith('"/'):
            path = pointer(_text_of(token))
        else:
            raise InvalidRequest(
                f'the expression needs a value\'s name, such as path or "/request/path", at character {token.at}'
            )
        return path

    def _value(self) -> str:
        return _text_of(self._next("a value"))

    def _next(self, wanted: str) -> _Token:
        token = self._tokens[self._at]
        if token.kind not in {"name", "number", "text"}:
            raise self._wrong(wanted)
        self._at += 1
        return token

    def _word(self, word: str) -> bool:
        token = self._tokens[self._at]
        if token.kind != "name" or token.text != word:
            return False
        self._at += 1
        return True

    def _sign(self, sign: str) -> bool:
        token = self._tokens[self._at]
        if token.kind != "sign" or token.text != sign:
            return False
        self._at += 1
        return True

    def expect_end(self) -> None:
        """Raise `InvalidRequest` if there is more."""
        if self._tokens[self._at].kind != "end":
            raise self._wrong("and, or, or the end")

    def _wrong(self, wanted: str) -> InvalidRequest:
        token = self._tokens[self._at]
        if token.kind == "end":
            return InvalidRequest(f"the expression ends where {wanted} is expected")
        return InvalidRequest(
            f'the expression has "{token.text[:64]}" at character {token.at}, where {wanted} is expected'
        )


def _negated(expression: Expression, negated: bool) -> Expression:
    return Not(expression) if negated else expression


def _text_of(token: _Token) -> str:
    if token.kind != "text":
        return token.text
    inner = token.text[1:-1]
    if token.text[0] == "`":
        return inner
    return _ESCAPE.sub(lambda found: _unescaped(found, token.at), inner)


def _unescaped(found: re.Match[str], at: int) -> str:
    if found["bad"]:
        raise InvalidRequest(f'the expression has an unknown escape, "\\{found["bad"]}", in the text at character {at}')
    if found["simple"]:
        return _SIMPLE.get(found["simple"], found["simple"])
    return chr(int(found["two"] or found["four"], 16))

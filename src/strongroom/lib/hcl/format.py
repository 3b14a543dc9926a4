"""The canonical layout of an HCL text, comments kept: what `policy fmt` writes."""

from __future__ import annotations

from dataclasses import dataclass, field

from strongroom.lib.hcl.errors import Limits
from strongroom.lib.hcl.lexer import Kind, Lexer, Token
from strongroom.lib.hcl.parser import is_json, parse

_INDENT = "  "
_OPENING = {Kind.LBRACE, Kind.LBRACK}
_CLOSING = {Kind.RBRACE, Kind.RBRACK}


def format_policy(text: str) -> str:
    """Lay out an HCL document: two blanks per level, lines broken as written, `=` aligned, one line feed at the end.

    Only blanks and line ends change, and superfluous commas behind entries go; comments and the way texts are quoted
    stay.  A JSON document is returned as it is.

    Raises:
        HclError: the text doesn't parse.
    """
    parse(text, Limits())
    if is_json(text):
        return text
    return _Layout(text).run()


@dataclass
class _Line:
    """One line of the result, in the making."""

    level: int
    words: list[str] = field(default_factory=list)
    key_width: int | None = None
    """Characters before the `=` of a line that is one whole assignment; None for the others."""
    blank_before: bool = False

    def render(self, key_width: int) -> str:
        """The line, its `=` moved to stand behind `key_width` characters."""
        if self.key_width is None:
            return _INDENT * self.level + _join(self.words)
        split = self.words.index("=")
        left, right = _join(self.words[:split]), _join(self.words[split + 1 :])
        return f"{_INDENT * self.level}{left.ljust(key_width)} = {right}"


def _join(words: list[str]) -> str:
    """Words with one blank between them, but none inside `[x]`, `{}` and before commas."""
    out = ""
    for word in words:
        glued = word in {",", "]"} or out.endswith("[") or (word == "}" and out.endswith("{"))
        out += word if not out or glued else f" {word}"
    return out


class _Layout:
    """One layout of one text that is known to parse."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines: list[_Line] = []
        self._stack: list[Kind] = []

    def run(self) -> str:
        """The text, laid out."""
        tokens = list(Lexer(self._text).tokens())[:-1]
        previous: Token | None = None
        for index, token in enumerate(tokens):
            if token.kind is Kind.COMMA and not self._separates(tokens, index):
                continue
            feeds = 1 if previous is None else self._text.count("\n", previous.end, token.start)
            if feeds:
                self._new_line(token, blank=feeds > 1 and previous is not None and previous.kind not in _OPENING)
            self._place(token)
            previous = token
        return "".join(f"{line}\n" for line in self._rendered())

    def _separates(self, tokens: list[Token], index: int) -> bool:
        """Whether the comma has to stay: in a list, and between an object's entries on one line."""
        if self._stack and self._stack[-1] is Kind.LBRACK:
            return True
        if index + 1 == len(tokens) or tokens[index + 1].kind in {Kind.RBRACE, Kind.COMMENT}:
            return False
        return "\n" not in self._text[tokens[index].end : tokens[index + 1].start]

    def _new_line(self, token: Token, *, blank: bool) -> None:
        level = len(self._stack) - (1 if token.kind in _CLOSING else 0)
        self._lines.append(_Line(level, blank_before=blank and token.kind not in _CLOSING))

    def _place(self, token: Token) -> None:
        """Put the token at the end of the current line."""
        line = self._lines[-1]
        if token.kind in _CLOSING:
            self._stack.pop()
        elif token.kind in _OPENING:
            self._stack.append(token.kind)
        if token.kind is Kind.ASSIGN and len(line.words) == 1 and line.key_width is None:
            line.key_width = len(line.words[0])
        raw = self._text[token.start : token.end]
        line.words.append(raw.rstrip() if token.kind is Kind.COMMENT else raw)

    def _rendered(self) -> list[str]:
        """The lines, with the `=` of neighbouring one-line assignments below each other."""
        out: list[str] = []
        for index, line in enumerate(self._lines):
            if line.blank_before:
                out.append("")
            out.append(line.render(self._width(index)))
        return out

    def _width(self, index: int) -> int:
        """The widest key among the neighbours of a line that are aligned with it."""
        line = self._lines[index]
        if line.key_width is None or not self._whole(index):
            return line.key_width or 0
        first = last = index
        while self._joined(first, first - 1):
            first -= 1
        while self._joined(last + 1, last + 1):
            last += 1
        return max(self._lines[at].key_width or 0 for at in range(first, last + 1))

    def _joined(self, below: int, other: int) -> bool:
        """Whether line `other` is aligned with its neighbour; no blank line may stand above `below`, the lower one."""
        if other < 0 or below >= len(self._lines) or self._lines[below].blank_before:
            return False
        upper, lower = self._lines[below - 1], self._lines[below]
        return upper.level == lower.level and self._lines[other].key_width is not None and self._whole(other)

    def _whole(self, index: int) -> bool:
        """Whether the assignment ends on its line; a list over several lines stands for itself."""
        words = self._lines[index].words
        opened = sum(word in {"[", "{"} for word in words) - sum(word in {"]", "}"} for word in words)
        return opened == 0 and "\n" not in words[-1]

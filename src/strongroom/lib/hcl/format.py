"""The canonical layout of an HCL text, with its comments, for `policy fmt`."""

from __future__ import annotations

from dataclasses import dataclass, field

from strongroom.lib.hcl.lexer import Kind, Lexer, Token
from strongroom.lib.hcl.parser import is_json, parse

_INDENT = "  "


def format_policy(text: str) -> str:
    """Lay out an HCL document as `policy fmt` does.

    Two blanks per level; one entry per line; `=` and comments of neighbouring lines below each other; an empty line
    around an entry that takes several lines or has a comment above.  A list stays on one line if it was on one.
    Comments stay before or behind their entry.  A JSON document is returned unchanged.

    Raises:
        HclError: the text doesn't parse.
    """
    parse(text)
    if is_json(text):
        return text
    reader = _Reader(text)
    lines = _render(reader.entries(Kind.END), 0)
    return "".join(f"{line}\n" for line in lines)


@dataclass
class _Entry:
    """A key with its value, an element of a list, or only comments (at the end of an object)."""

    above: list[str] = field(default_factory=list)
    """Comments on lines of their own."""
    key: str = ""
    assigned: bool = False
    value: _Value | None = None
    behind: str = ""
    """The comment at the end of its line."""
    blank: bool = False
    """Whether an empty line stood in front."""

    @property
    def is_aligned(self) -> bool:
        """Whether it is a short assignment, which is aligned with its neighbours."""
        return self.assigned and self.value is not None and self.value.is_short

    @property
    def is_tall(self) -> bool:
        """Whether empty lines belong around it."""
        return self.value is not None and not self.value.is_short


@dataclass
class _Value:
    """A literal as it was written, or the inside of brackets."""

    literal: str = ""
    entries: list[_Entry] | None = None
    opening: str = ""
    closing: str = ""
    broken: bool = False
    """Whether its entries stand on lines of their own."""

    @property
    def is_short(self) -> bool:
        """Whether it fits the line of its key."""
        return "\n" not in self.literal and not self.broken

    def one_line(self) -> str:
        """The value without added line ends."""
        if self.entries is None:
            return self.literal
        inside = ", ".join(entry.value.one_line() for entry in self.entries if entry.value is not None)
        return f"{self.opening}{inside}{self.closing}"


class _Reader:
    """Reads a text, which is known to parse, into entries."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(Lexer(text).tokens())
        self._index = 0
        self._end = 0
        """Where the last token that was taken ended."""

    def entries(self, closing: Kind) -> list[_Entry]:
        """Entries, or a list's elements, up to the closing bracket, which is taken."""
        found: list[_Entry] = []
        while True:
            entry = _Entry(blank=self._feeds() > 1)
            self._comments_above(entry)
            if self._kind is closing:
                self._take()
                return [*found, entry] if entry.above else found
            if closing is not Kind.RBRACK:
                self._keys(entry)
            entry.value = self._value(entry)
            self._comment_behind(entry)
            if self._comma_follows():
                self._hoist(entry)
                self._take()
                self._comment_behind(entry)
            found.append(entry)

    @property
    def _kind(self) -> Kind:
        return self._tokens[self._index].kind

    def _take(self) -> str:
        token = self._tokens[self._index]
        if token.kind is not Kind.END:
            self._index += 1
        self._end = token.end
        return self._raw(token)

    def _raw(self, token: Token) -> str:
        return self._text[token.start : token.end].rstrip() if token.kind is Kind.COMMENT else self._slice(token)

    def _slice(self, token: Token) -> str:
        return self._text[token.start : token.end]

    def _feeds(self) -> int:
        """The line ends between the last token and the next one."""
        return self._text.count("\n", self._end, self._tokens[self._index].start)

    def _comments_above(self, entry: _Entry) -> None:
        """Take the comments before the next token.  An empty line between two of them is kept."""
        while self._kind is Kind.COMMENT:
            if entry.above and self._feeds() > 1:
                entry.above.append("")
            entry.above.append(self._take())
        if entry.above and self._feeds() > 1 and self._kind not in {Kind.RBRACE, Kind.RBRACK, Kind.END}:
            entry.above.append("")

    def _hoist(self, entry: _Entry) -> None:
        """Move comments from inside an entry, where they are rare, to above it."""
        while self._kind is Kind.COMMENT:
            entry.above.append(self._take())

    def _comma_follows(self) -> bool:
        """Whether the next token, comments aside, is a comma."""
        index = self._index
        while self._tokens[index].kind is Kind.COMMENT:
            index += 1
        return self._tokens[index].kind is Kind.COMMA

    def _comment_behind(self, entry: _Entry) -> None:
        """Take a comment that ends the entry's line."""
        if self._kind is Kind.COMMENT and not self._feeds() and not entry.behind:
            token = self._tokens[self._index]
            following = self._tokens[self._index + 1]
            ends_line = "\n" in self._text[token.start : following.start] or following.kind is Kind.END
            if ends_line and "\n" not in self._raw(token):
                entry.behind = self._take()

    def _keys(self, entry: _Entry) -> None:
        """Take the keys and the `=`."""
        keys: list[str] = []
        while self._kind not in {Kind.ASSIGN, Kind.LBRACE}:
            keys.append(self._take())
            self._hoist(entry)
        entry.key = " ".join(keys)
        if self._kind is Kind.ASSIGN:
            entry.assigned = True
            self._take()
            self._hoist(entry)

    def _value(self, entry: _Entry) -> _Value:
        match self._kind:
            case Kind.LBRACE:
                self._take()
                inside = self.entries(Kind.RBRACE)
                return _Value("", inside, "{", "}", broken=bool(inside))
            case Kind.LBRACK:
                start = self._tokens[self._index].start
                self._take()
                inside = self.entries(Kind.RBRACK)
                broken = "\n" in self._text[start : self._end] or any(
                    element.above or element.behind or element.is_tall for element in inside
                )
                return _Value("", inside, "[", "]", broken=broken and bool(inside))
            case _:
                return _Value(self._take())


def _render(entries: list[_Entry], level: int, *, in_list: bool = False) -> list[str]:
    """The lines of an object's entries, or of the elements of a list of several lines."""
    out: list[str] = []
    index = 0
    while index < len(entries):
        entry = entries[index]
        previous = entries[index - 1] if index else None
        apart = not in_list and (bool(entry.above) or entry.is_tall or (previous is not None and previous.is_tall))
        if previous is not None and (entry.blank or apart):
            out.append("")
        out += [f"{_INDENT * level}{comment}".rstrip() for comment in entry.above]
        if entry.value is None:
            index += 1
        elif entry.is_aligned:
            last = _last_aligned(entries, index)
            out += _render_aligned(entries[index : last + 1], level)
            index = last + 1
        else:
            out += _render_single(entry, level, in_list=in_list)
            index += 1
    return out


def _last_aligned(entries: list[_Entry], first: int) -> int:
    """The last short assignment of an unbroken sequence."""
    last = first
    while last + 1 < len(entries):
        following = entries[last + 1]
        if not following.is_aligned or following.blank or following.above:
            break
        last += 1
    return last


def _render_aligned(entries: list[_Entry], level: int) -> list[str]:
    """Neighbouring short assignments, their `=` and their comments below each other."""
    keys = max(len(entry.key) for entry in entries)
    values = [entry.value.one_line() for entry in entries if entry.value is not None]
    width = max(len(value) for value in values)
    return [
        f"{_INDENT * level}{entry.key.ljust(keys)} = {value.ljust(width)} {entry.behind}".rstrip()
        if entry.behind
        else f"{_INDENT * level}{entry.key.ljust(keys)} = {value}"
        for entry, value in zip(entries, values, strict=True)
    ]


def _render_single(entry: _Entry, level: int, *, in_list: bool) -> list[str]:
    """A block, a value of several lines, or an element."""
    assert entry.value is not None
    value, indent = entry.value, _INDENT * level
    start = indent + (f"{entry.key} = " if entry.assigned else f"{entry.key} " if entry.key else "")
    # A heredoc ends with its word alone on the line, so the comma goes to the next one.
    comma = ("\n," if value.literal.startswith("<<") else ",") if in_list else ""
    behind = f"{comma} {entry.behind}" if entry.behind else comma
    if not value.broken:
        return [f"{start}{value.one_line()}{behind}"]
    inside = _render(value.entries or [], level + 1, in_list=value.opening == "[")
    return [f"{start}{value.opening}", *inside, f"{indent}{value.closing}{behind}"]

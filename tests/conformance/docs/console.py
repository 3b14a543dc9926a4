"""What pages of documentation show of a terminal, read and run in a real shell.

A block of the language `console` holds commands behind `$ ` (`# ` for those of root) and, below each, what it prints:

    ```console
    $ strongroom kv get -mount=secret -field=name hello
    world
    ```

`…` stands for anything within a line, a line of its own for any lines.  `<a name>` in an output takes one word and
stands for it from then on.  A command without output below it may print what it wants.  A here-document and a line that
ends in a backslash go on.  A command has to succeed, unless the output shown has a line that begins with `Error` or
`* `, or the command ends in `# exits with N`.

A comment before the block changes that: `<!-- console: stays -->` starts a server and waits until it has printed what
is shown, `<!-- console: ends -->` ends it before the block, `<!-- console: not run, because … -->` passes the block
over.

A block of another language whose first line is a comment with an absolute path is saved there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(r"^(?:<!-- console: (?P<note>.*?) -->\n\n?)?```(?P<language>\w+)\n(?P<body>.*?)^```$", re.M | re.S)
_HERE = re.compile(r"<<-?\s*'?(\w+)'?")
_EXITS = re.compile(r"# exits with (\d+)$")
_NAME = re.compile(r"<([a-z][a-z0-9 ]*)>")
_PROMPTS = ("$ ", "# ")
_SAVED = re.compile(r"\A(?:#|//) (?P<path>/[\w./-]+)\n")


@dataclass(frozen=True, slots=True)
class Step:
    """One command, and what a page says that it prints."""

    command: str
    expected: tuple[str, ...]
    line: int
    """Where it stands in its page."""
    root: bool = False
    """Whether it is for root."""

    @property
    def status(self) -> int | None:
        """The exit status; None for any but 0."""
        if found := _EXITS.search(self.command):
            return int(found[1])
        failed = any(line.startswith(("Error", "* ")) for line in self.expected)
        return None if failed else 0


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a page: either steps, or a file."""

    note: str
    steps: tuple[Step, ...] = ()
    file: str = ""
    content: str = ""


def blocks(page: Path) -> list[Block]:
    """The blocks of a page that are run or saved, in their order."""
    text = page.read_text(encoding="utf-8")
    found = []
    for match in _FENCE.finditer(text):
        body, note = match["body"], match["note"] or ""
        if match["language"] == "console":
            first = text.count("\n", 0, match.start("body")) + 1
            steps = () if note.startswith("not run") else tuple(_steps(body.splitlines(), first))
            found.append(Block(note, steps))
        elif saved := _SAVED.match(body):
            found.append(Block(note, file=saved["path"], content=body))
    return found


def _steps(lines: list[str], first: int) -> Iterator[Step]:
    at = 0
    while at < len(lines):
        if not lines[at].startswith(_PROMPTS):
            raise ValueError(f"line {first + at}: a block begins with a command: {lines[at]!r}")
        start, root, command = at, lines[at].startswith("# "), [lines[at][2:]]
        at += 1
        while command[-1].endswith("\\"):
            command.append(lines[at])
            at += 1
        if here := _HERE.search(command[-1]):
            while command[-1] != here[1]:
                command.append(lines[at])
                at += 1
        expected = []
        while at < len(lines) and not lines[at].startswith(_PROMPTS):
            expected.append(lines[at])
            at += 1
        yield Step("\n".join(command), tuple(expected), first + start, root)


class Names:
    """What the names in angle brackets stand for, and which texts a test puts in the place of a page's."""

    def __init__(self, replaced: Mapping[str, str]) -> None:
        self._replaced = dict(replaced)
        self.known: dict[str, str] = {}

    def replace(self, old: str, new: str) -> None:
        """Put one text in the place of another from now on."""
        self._replaced[old] = new

    def fill(self, text: str) -> str:
        """The text as it is run: names that are known, and the test's own places."""
        for old, new in self._replaced.items():
            text = text.replace(old, new)
        return _NAME.sub(lambda match: self.known.get(match[1], match[0]), text)

    def match(self, expected: tuple[str, ...], output: str) -> bool:
        """Whether an output is what was expected; names that are new are learnt from it."""
        names: list[str] = []
        lines = [self._pattern(self.fill(line.rstrip()), names) for line in expected]
        printed = "".join(f"{line.rstrip()}\n" for line in output.rstrip().splitlines())
        while lines and lines[-1] == r"\n":
            lines.pop()
        found = re.fullmatch("".join(lines), printed)
        if found is None:
            return False
        self.known.update(zip(names, found.groups(), strict=True))
        return True

    def _pattern(self, line: str, names: list[str]) -> str:
        if line.strip() == "…":
            return r"(?:.*\n)*?"
        out = ""
        for part in re.split(r"(… *|<[a-z][a-z0-9 ]*>)", line):
            named = _NAME.fullmatch(part)
            if part.startswith("…"):
                # How many spaces align a column depends on what stands in it.
                out += ".* +" if part.endswith(" ") else ".*"
            elif named and named[1] in names:
                out += f"(?:\\{names.index(named[1]) + 1})"
            elif named:
                names.append(named[1])
                out += r"(\S+)"
            else:
                out += re.escape(part)
        return out + r"\n"

"""Manual pages, made of the same declarations as `-help`.

    python -m strongroom.cli.manual DIRECTORY

writes `strongroom.1` and a page for every command, `strongroom-kv-get.1` for `kv get`, all in section 1.

Source: https://man7.org/linux/man-pages/man7/groff_man.7.html
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from strongroom.__about__ import RELEASED, __version__
from strongroom.cli import PROGRAM, table, usage
from strongroom.cli.command import Command
from strongroom.cli.flags import Flag
from strongroom.cli.run import load

_OVERVIEW = (
    "Strongroom keeps, issues, leases, rotates, revokes and audits secrets, and speaks the HTTP API of Vault. This "
    "program starts its server and talks to one. Each command and each group of commands has a page of its own."
)
_ENVIRONMENT = (
    ("STRONGROOM_ADDR", "Where the server listens."),
    ("STRONGROOM_TOKEN", "The token to send, before the one that a login has kept."),
    ("STRONGROOM_NAMESPACE", "The namespace to work in."),
    ("STRONGROOM_FORMAT", "The format of the output."),
)
_EXIT = (
    ("0", "Success."),
    ("1", "The command line or this machine is at fault."),
    ("2", "The server refused or failed, or can't be reached."),
)


def escape(text: str) -> str:
    """Text for the body of a page: nothing in it is taken for a request, and a hyphen stays one that can be copied."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("^", "\\(ha").replace("~", "\\(ti")
    # Pages are ASCII, because groff decides how a terminal shows other characters.
    escaped = "".join(letter if letter.isascii() else f"\\[u{ord(letter):04X}]" for letter in escaped)
    # A line that begins with a dot or a quote would be a request.
    return "\n".join(f"\\&{line}" if line.startswith((".", "'")) else line for line in escaped.split("\n"))


def page_name(command: str) -> str:
    """The page of a command or group by its full name; of the program itself for an empty one."""
    return "-".join([PROGRAM, *command.split()])


def pages() -> Mapping[str, str]:
    """Every page's text, by its file's name."""
    found = {f"{page_name('')}.1": _program()}
    for name, summary in table.GROUPS.items():
        found[f"{page_name(name)}.1"] = _group(name, summary)
    for name, entry in table.COMMANDS.items():
        found[f"{page_name(name)}.1"] = command_page(name, entry.summary, load(name))
    return found


def command_page(name: str, summary: str, command: Command) -> str:
    """The page of one command, with every flag."""
    out = [*_head(name, summary), ".SH SYNOPSIS", f".B {PROGRAM}", escape(command.usage), ".SH DESCRIPTION"]
    out += _description(command.help)
    for group in command.all_groups():
        out.append(f".SH {escape(group.title.upper())}")
        for flag in sorted(group.flags, key=lambda flag: flag.name):
            out += _flag(flag)
    own_codes = "exit code" in command.help.lower()
    return _text([*out, *([] if own_codes else _entries("EXIT STATUS", _EXIT)), *_see_also(name)])


def _program() -> str:
    lines = [
        *_head("", "a secrets server, and its command line"),
        *(".SH SYNOPSIS", f".B {PROGRAM}", escape("<command> [options] [args]"), ".SH DESCRIPTION"),
        escape(_OVERVIEW),
        *_children(""),
        *_entries("ENVIRONMENT", _ENVIRONMENT),
        escape("VAULT_ and BAO_ in place of STRONGROOM_ say the same; STRONGROOM_ counts most, then BAO_."),
        *_entries("EXIT STATUS", _EXIT),
    ]
    return _text(lines)


def _group(name: str, summary: str) -> str:
    lines = [
        *_head(name, summary),
        *(".SH SYNOPSIS", f".B {PROGRAM}", escape(f"{name} <subcommand> [options] [args]")),
        *(".SH DESCRIPTION", escape(f"{summary}.")),
        *_children(name),
        *_see_also(name),
    ]
    return _text(lines)


def _head(name: str, summary: str) -> list[str]:
    page = page_name(name)
    made = date.fromisoformat(str(datetime.fromisoformat(RELEASED).date()))
    return [
        f'.TH {escape(page.upper())} 1 {made} "Strongroom {__version__}"',
        *(".SH NAME", f"{escape(page)} \\- {escape(summary[0].lower() + summary[1:])}"),
    ]


def _description(help_text: str) -> list[str]:
    out: list[str] = []
    for line in help_text.strip().split("\n"):
        if line.strip().startswith("$"):
            out += [".PP", ".RS 4", ".EX", escape(line.strip()), ".EE", ".RE"]
        elif line.strip():
            out += [".PP", escape(line.strip())]
    return out[1:] if out[:1] == [".PP"] else out


def _flag(flag: Flag) -> list[str]:
    head, text = usage.flag_entry(flag)
    name, equals, value = head.partition("=")
    shown = f"\\fB{escape(name)}\\fR" + (f"={escape(value)}" if equals else "")
    return [".TP", shown, escape(text)]


def _children(name: str) -> list[str]:
    heading = "SUBCOMMANDS" if name else "COMMANDS"
    out = [f".SH {heading}"]
    for child, summary in table.children(name).items():
        page = page_name(f"{name} {child}")
        out += [".TP", f".BR {escape(page)} (1)", escape(f"{summary}.")]
    return out


def _entries(heading: str, entries: tuple[tuple[str, str], ...]) -> list[str]:
    out = [f".SH {heading}"]
    for name, text in entries:
        out += [".TP", f".B {escape(name)}", escape(text)]
    return out


def _see_also(name: str) -> list[str]:
    group = " ".join(name.split()[:-1])
    above = [page_name("")] + ([page_name(group)] if group else [])
    listed = [f".BR {escape(page)} (1)" + ("," if page != above[-1] else "") for page in above]
    return [".SH SEE ALSO", *listed]


def _text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


def write(directory: Path) -> int:
    """Write every page; returns how many."""
    directory.mkdir(parents=True, exist_ok=True)
    found = pages()
    for name, text in found.items():
        (directory / name).write_text(text, encoding="ascii")
    return len(found)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m strongroom.cli.manual DIRECTORY")
    sys.stdout.write(f"{write(Path(sys.argv[1]))} pages are in {sys.argv[1]}\n")

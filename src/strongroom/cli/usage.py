"""Help texts: usage, description, flags in groups.  (p)"""

from __future__ import annotations

from strongroom.cli import PROGRAM, as_called, table
from strongroom.cli.command import Command
from strongroom.cli.flags import Flag
from strongroom.cli.text import wrap
from strongroom.client.durations import go_text

_PLACEHOLDERS = {"pairs": "key=value", "strings": "string"}

_GROUP_HELP = """Usage: {program} {group} <subcommand> [options] [args]

  {line}. Each subcommand has its own help, with -h.

Subcommands:
{children}"""


def _list(children: dict[str, str]) -> str:
    width = max(map(len, children))
    return "\n".join(f"    {name.ljust(width)}    {line}" for name, line in children.items())


def overview() -> str:
    """The help of the program itself."""
    children = table.children("")
    common = {name: children[name] for name in table.COMMON}
    other = {name: line for name, line in children.items() if name not in common}
    return "\n".join(
        [
            f"Usage: {PROGRAM} <command> [args]",
            "",
            "Common commands:",
            _list(common),
            "",
            "Other commands:",
            _list(other),
        ]
    )


def group(name: str) -> str:
    """The help of a command that only has subcommands."""
    return _GROUP_HELP.format(
        program=PROGRAM, group=name, line=table.GROUPS[name], children=_list(table.children(name))
    )


def flag_entry(flag: Flag) -> tuple[str, str]:
    """A flag as it is typed, and all that is said about it in one line."""
    placeholder = flag.placeholder or _PLACEHOLDERS.get(flag.kind, flag.kind)
    head = f"-{flag.name}" + ("" if flag.kind == "bool" else f"=<{placeholder}>")
    parts = [flag.help]
    if flag.aliases:
        parts.append(f"Also {', '.join('-' + alias for alias in flag.aliases)}.")
    if flag.default is not None:
        shown = go_text(flag.default) if flag.kind == "duration" else str(flag.default).lower()
        parts.append(f"The default is {shown}.")
    if flag.variable:
        parts.append(f"STRONGROOM_{flag.variable} in the environment says the same.")
    return head, " ".join(parts)


def _flag(flag: Flag) -> str:
    head, text = flag_entry(flag)
    return f"  {head}\n{wrap(text, indent='      ')}"


def command(spec: Command) -> str:
    """The help of one command."""
    lines = [f"Usage: {PROGRAM} {spec.usage}", ""]
    lines += [
        f"      {line.strip()}" if line.startswith("$") else wrap(line, indent="  ")
        for line in as_called(spec.help).strip().split("\n")
    ]
    for part in spec.all_groups():
        lines += ["", f"{part.title}:"]
        for flag in sorted(part.flags, key=lambda flag: flag.name):
            lines += ["", _flag(flag)]
    return "\n".join(lines)

"""Writes `docs/commands/`, a page for each command, from what the commands declare.

python tools/command_pages.py
"""

from __future__ import annotations

import sys
from pathlib import Path

from strongroom.cli import PROGRAM, legacy_names, table
from strongroom.cli.command import HTTP, Command
from strongroom.cli.flags import Flag, Group
from strongroom.cli.run import load
from strongroom.client.durations import go_text

FOLDER = Path(__file__).parents[1] / "docs" / "commands"
_NOTE = "<!-- Made by tools/command_pages.py from the commands' declarations: `make docs` writes it anew. -->\n"
_INDEX = f"""{_NOTE}
# Commands

`{PROGRAM} COMMAND -help` shows the same. Flags stand before the arguments, with one dash or two, as `-name=value` or
`-name value`. The command line exits with 0 for success, 1 when it or this machine is at fault, 2 when the server is;
`status` with 2 for a sealed server.

A mistyped command or flag is answered with the one that it resembles. Below a refusal, a line that begins with
`Note:` says what can be done about it; not where `-format` asks for output for programs. Called by a link named `vault`
or `bao`, the program names itself so in help and hints.

"""
_USE = """## Questions

`login`, `operator unseal`, `operator rekey`, `operator rotate-keys` and `operator generate-root` ask for a secret
that isn't given, if standard input is a terminal. Echo is off before the question appears; what was typed ahead is
the answer. `-non-interactive` never asks.

## Values

`key=value`, `key=@file`, `key=-` for standard input; `@file.json` or `-` alone holds all data as JSON. A value is
sent byte by byte, with the newline that `echo` puts behind it: a note on standard error tells of that when one word
and a newline come from standard input, or from a file for a field whose name says that it is secret. Bytes that are
no UTF-8 are refused, since JSON can't hold them: `key="$(base64 -w0 image.png)"`.

## Output

Results go to standard output, the rest to standard error. Output that can't be written, to a full disk or a closed
descriptor, is an error: exit code 1 and a line on standard error. When the reader of a pipe has gone, the exit code
is 141, and nothing is said. `read`, `write`, `patch`, `unwrap`, `login`, `token create`, `operator init`, `rekey`,
`rotate-keys` and `generate-root` look first, and send nothing when standard output takes nothing: what they print is
given once. A disk that fills up in between isn't foreseen.

What the server says of fields that nothing reads is on standard error in every format. A server that answers without
such a warning is not asked what it would have read. With `-field`, all its warnings are there, and standard output has
the field or nothing: no `Success! …` that a script would take for a value.

Flags stand before the arguments; behind them a word like `-field=a` is data, which a line on standard error says.
`-format=…` counts wherever it stands, and is no data, unless it stands behind `--`.

## Completion

The Debian package installs completion for bash, zsh and fish. Elsewhere `strongroom -autocomplete-install` writes a
line into the start-up file of each shell, and `-autocomplete-uninstall` takes it out; [completion](completion.md)
prints the script. Lines of Vault, `complete -C /usr/local/bin/vault vault`, work too.

Tab completes commands, flags and their values, files behind `@`, paths of the server (mounts, then what is below
one), paths of `kv` by the mount's version, names of policies, auth methods, audit devices, namespaces and leases. The
server is asked with the token in use, and for two seconds at the most; if it doesn't answer, there are fewer
candidates. Names with blanks or with letters that a shell acts on are not offered.

"""
_ENVIRONMENT = """## Environment

The flags below stand on every command that talks to a server. Each variable is read with the prefix `STRONGROOM_`, else
`BAO_`, else `VAULT_`; `…_TOKEN` is the token, which otherwise comes from `~/.vault-token`, where `login` keeps it.

Without a flag are: `…_TOKEN_PATH`, the file to keep the token in; `…_CONFIG_PATH`, the file whose `token_helper` names
a program to keep it instead (`~/.bao` or `~/.vault` by default); `…_CLIENT_TIMEOUT`, how long the server may keep
silent (`60s`, `0` for ever); `…_MAX_RETRIES`, how often a request is sent again (`0`); `…_PROXY_ADDR`, a proxy for
every request, beside the usual `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`; `…_CACERT_BYTES`, what `-ca-cert`
would hold; `…_CLI_NO_COLOR`. `…_RATE_LIMIT`, `…_SRV_LOOKUP` and `…_LOG_LEVEL` have no effect.

"""


def file_name(name: str) -> str:
    """The page of a command."""
    return f"{name.replace(' ', '-')}.md"


def pages() -> dict[str, str]:
    """All pages, by file name."""
    made = {file_name(name): _page(name, load(name)) for name in table.COMMANDS}
    made["README.md"] = _index()
    return made


def _index() -> str:
    lines = [f"| [{name}]({file_name(name)}) | {entry.summary} |" for name, entry in sorted(table.COMMANDS.items())]
    old = []
    for name in sorted(table.LEGACY):
        today = legacy_names.translate(name, [])[0]
        old.append(f"| `{name}` | [{today}]({file_name(today)}) |")
    return "\n".join(
        [
            f"{_INDEX}| | |",
            "|---|---|",
            *lines,
            "",
            f"{_left_out()}",
            f"{_USE}{_ENVIRONMENT}{_flags(HTTP)}",
            "## Names until 2018",
            "",
            "They still work, and say today's name on standard error. `auth TOKEN` and `auth -method=…` log in,",
            "`policies NAME` is `policy read NAME`.",
            "",
            "| | |",
            "|---|---|",
            *old,
            "",
        ]
    )


_ABSENT = {
    "plugin init": "plugins are Python packages, installed as such: nothing is fetched from container registries",
    "plugin prune": "nothing that was fetched lies about",
}
"""Commands of OpenBao's program that this one doesn't have, and why."""


def _left_out() -> str:
    return "Left out: " + "; ".join(f"`{name}` ({why})" for name, why in _ABSENT.items()) + ".\n"


def _page(name: str, command: Command) -> str:
    text = [_NOTE, f"# {name}\n", f"    {PROGRAM} {command.usage}\n"]
    for paragraph in command.help.strip().split("\n\n"):
        if paragraph.startswith("$ "):
            text.append("".join(f"    {line}\n" for line in paragraph.split("\n")))
        else:
            text.append(f"{_escaped(paragraph)}\n")
    text += [f"## {group.title}\n\n{_flags(group)}" for group in command.groups]
    if command.http:
        text.append(
            "The flags that [every command has that talks to a server](README.md#environment) come beside these.\n"
        )
    return "\n".join(text)


def _flags(group: Group) -> str:
    rows = [_flag(flag) for flag in sorted(group.flags, key=lambda flag: flag.name)]
    return "\n".join(["| flag | | default | variable |", "|---|---|---|---|", *rows, ""])


def _flag(flag: Flag) -> str:
    names = ", ".join(f"`-{name}`" for name in (flag.name, *flag.aliases))
    default = "" if flag.default is None else go_text(flag.default) if flag.kind == "duration" else flag.default
    shown = f"`{str(default).lower()}`" if default != "" else ""
    variable = f"`{flag.variable}`" if flag.variable else ""
    return f"| {names} | {_escaped(flag.help)} | {shown} | {variable} |"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "\\<").replace("*", "\\*").replace("_", "\\_")


def main(folder: Path = FOLDER) -> int:
    """Write the pages, and remove those of commands that are gone."""
    folder.mkdir(parents=True, exist_ok=True)
    made = pages()
    for old in folder.glob("*.md"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))

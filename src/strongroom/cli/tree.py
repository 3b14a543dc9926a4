"""The tree of commands for `click`, which finds the command and hands the words on.

How flags are read is not `click`'s: Go's rules (`-name=value`, no flags behind arguments, its texts) are in `flags`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import click

from strongroom.cli import PROGRAM, legacy_names, table, usage
from strongroom.cli.run import load, run, wants_help
from strongroom.cli.suggestion import meant
from strongroom.cli.terminal import Terminal

_MISPLACED = (
    "Invalid flags before the subcommand. If these flags are for\n"
    "the subcommand, please put them after the subcommand.\n\n"
)


class Leaf(click.Command):
    """A command that does something."""

    @property
    def full_name(self) -> str:
        """The name with those of the groups above."""
        return str(self.name)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep the words as they are."""
        ctx.args = list(args)
        return ctx.args

    def invoke(self, ctx: click.Context) -> int:
        """Run the command; returns its exit code."""
        return run(self.full_name, ctx.args, terminal=ctx.obj, environment=os.environ)


def _legacy(old: str, name: str, words: list[str], terminal: Terminal) -> int:
    if not wants_help(words):
        terminal.warn(f'Note: "{PROGRAM} {old}" is now "{PROGRAM} {name}"')
    return run(name, words, terminal=terminal, environment=os.environ)


class Legacy(Leaf):
    """A command by the name it had until 2018."""

    def invoke(self, ctx: click.Context) -> int:
        """Say today's name on standard error, then run that."""
        name, words = legacy_names.translate(self.full_name, ctx.args)
        return _legacy(self.full_name, name, words, ctx.obj)


class Node(click.Group):
    """A command that only has subcommands.  `name` is the full one, empty at the top."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names below, sorted."""
        return list(table.children(self.name or ""))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command or group of that name below this one."""
        full = f"{self.name} {cmd_name}".strip()
        if full in table.COMMANDS and table.children(full):
            return Branch(full, short_help=table.COMMANDS[full].summary)
        if full in table.COMMANDS:
            return Leaf(full, short_help=table.COMMANDS[full].summary)
        if full in table.GROUPS:
            return Node(full, short_help=table.GROUPS[full])
        return Legacy(full) if full in table.LEGACY else None

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep the words as they are."""
        ctx.args = list(args)
        return ctx.args

    def _help(self) -> str:
        return usage.group(self.name) if self.name else usage.overview()

    def invoke(self, ctx: click.Context) -> int:
        """Run the command that the words name, else show the help."""
        terminal: Terminal = ctx.obj
        words = list(ctx.args)
        chosen = self._choose(ctx, words)
        if chosen is None and self.name == "auth" and (old := legacy_names.login_words(words)):
            return _legacy(self.name, old[0], old[1], terminal)
        if chosen is None:
            if wants_help(words) and (self.name or words[0].startswith("-")):
                terminal.out(self._help())
                return 0
            terminal.error(self._help())
            self._suggest(words, terminal)
            return 1 if self.name else 127
        command, before, after = chosen
        if wants_help(before) and isinstance(command, Leaf | Branch):
            after = ["-h"]
        elif before:
            text = command._help() if isinstance(command, Node) else usage.command(load(str(command.name)))
            terminal.error(_MISPLACED + text)
            return 1
        below = click.Context(command, parent=ctx, obj=terminal)
        command.parse_args(below, list(after))
        return int(command.invoke(below))

    def _suggest(self, words: Sequence[str], terminal: Terminal) -> None:
        """Say which command a mistyped one may have meant, below the help, where the eye is."""
        mistyped = next((word for word in words if not word.startswith("-")), "")
        known = table.children(self.name or "")
        if not mistyped or mistyped in known:
            return
        above = f"{PROGRAM} {self.name}".strip()
        if mistyped == "help":
            terminal.error(f'\n"{above} COMMAND -h" shows what one command does, and its flags.')
            return
        nearest = meant(mistyped, [*known, *(() if self.name else table.LEGACY)])
        hint = f' Did you mean "{above} {nearest}"?' if nearest else ""
        terminal.error(f'\n"{above} {mistyped}" is no command.{hint}')

    def _choose(self, ctx: click.Context, words: Sequence[str]) -> tuple[click.Command, list[str], list[str]] | None:
        """The command that the first word without a dash names, the words before it and those behind."""
        for position, word in enumerate(words):
            if not word.startswith("-"):
                command = self.get_command(ctx, word)
                flagged = position and self.name
                if command is None or flagged:
                    return None
                return command, list(words[:position]), list(words[position + 1 :])
        return None


class Branch(Node):
    """A command that does something, and has subcommands too."""

    def _help(self) -> str:
        return usage.command(load(str(self.name)))

    def invoke(self, ctx: click.Context) -> int:
        """Run the subcommand that the first word names, else the command itself."""
        if ctx.args and ctx.args[0] in table.children(self.name or ""):
            return super().invoke(ctx)
        return run(str(self.name), ctx.args, terminal=ctx.obj, environment=os.environ)


def root() -> Node:
    """The whole tree."""
    return Node("")

"""The entry point of the `strongroom` program."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence

from strongroom.cli import PROGRAM
from strongroom.cli.terminal import standard

_VERSION = frozenset({"-v", "-version", "--version"})
_COMPLETE = "_STRONGROOM_COMPLETE"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the words behind the program's name; the process's own by default.

    Returns: the exit code.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    _open_streams()
    try:
        code = _dispatch(words)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has seen enough, as in `| head -1`; nothing more may be said, not at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return code


def _open_streams() -> None:
    """Make the three streams take any bytes; one that was closed before the start is empty, and swallows what comes."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115, PTH123 - open until the end
        getattr(sys, name).reconfigure(encoding="utf-8", errors="surrogateescape")


def _dispatch(words: list[str]) -> int:
    no_colour = any(os.environ.get(f"{prefix}CLI_NO_COLOR") for prefix in ("STRONGROOM_", "BAO_", "VAULT_"))
    terminal = standard(colour=not no_colour and "NO_COLOR" not in os.environ)
    if words and words[0] in _VERSION and not any(not word.startswith("-") for word in words):
        words = ["version"]
    if words and words[0].startswith("-autocomplete-"):
        from strongroom.cli import completion  # noqa: PLC0415 - a cold start pays for what it runs only

        return completion.install(words[0].removeprefix("-autocomplete-"), terminal)
    from strongroom.cli.tree import root  # noqa: PLC0415 - as above

    if _COMPLETE in os.environ:
        root().main(words, PROGRAM, complete_var=_COMPLETE)
    import click  # noqa: PLC0415 - as above

    tree = root()
    context = click.Context(tree, info_name=PROGRAM, obj=terminal)
    tree.parse_args(context, words)
    return tree.invoke(context)

"""The entry point of the `strongroom` program."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence

from strongroom.cli import PROGRAM
from strongroom.cli.terminal import OutputLost, Terminal, standard

_VERSION = frozenset({"-v", "-version", "--version"})
_SOURCE = "_STRONGROOM_COMPLETE"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the words behind the program's name; the process's own by default.

    Returns: the exit code.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    _open_streams(words)
    try:
        code = _dispatch(words)
        _terminal().flush()
    except BrokenPipeError:
        # The reader has closed the pipe, as in `| head -1`.  Nothing more may be printed, not even at exit.
        code = 128 + signal.SIGPIPE
    except OutputLost as error:
        _let_go()
        _terminal().error(str(error))
        code = 1
    except KeyboardInterrupt:
        code = 128 + signal.SIGINT
    _let_go()
    return code


def _open_streams(words: Sequence[str]) -> None:
    """Make the three streams take any bytes, and put something in the place of one that was closed before the start.

    Its descriptor must not become that of the next file or connection.  What would go to a closed standard output is
    an error, as in other programs; a server's greeting is not worth one, and a closed standard error is a wish.
    """
    deaf = os.O_WRONLY if words[:1] == ["server"] else os.O_RDONLY
    for name, number, mode in (("stdin", 0, os.O_RDONLY), ("stdout", 1, deaf), ("stderr", 2, os.O_WRONLY)):
        if getattr(sys, name) is None:
            opened = os.open(os.devnull, mode)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
            setattr(sys, name, os.fdopen(number, "w" if number else "r", closefd=False))
        # Untranslated: a value keeps its carriage returns.
        getattr(sys, name).reconfigure(encoding="utf-8", errors="surrogateescape", newline="")


def _let_go() -> None:
    """Leave nothing in the streams that the interpreter would complain about at its end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _terminal() -> Terminal:
    no_colour = any(os.environ.get(f"{prefix}CLI_NO_COLOR") for prefix in ("STRONGROOM_", "BAO_", "VAULT_"))
    return standard(colour=not no_colour and "NO_COLOR" not in os.environ)


def _dispatch(words: list[str]) -> int:
    terminal = _terminal()
    if "COMP_LINE" in os.environ:
        from strongroom.cli.completion.answer import answer  # noqa: PLC0415 - a cold start pays for what it runs only

        return answer(words)
    if _SOURCE in os.environ:
        # What start-up files of earlier releases hold.
        words = ["completion", os.environ[_SOURCE].removesuffix("_source")]
    if words and words[0] in _VERSION and not any(not word.startswith("-") for word in words):
        words = ["version"]
    if words and words[0].startswith("-autocomplete-"):
        from strongroom.cli.completion.install import install  # noqa: PLC0415 - as above

        return install(words[0].removeprefix("-autocomplete-"), terminal)
    import click  # noqa: PLC0415 - as above

    from strongroom.cli.tree import root  # noqa: PLC0415 - as above

    tree = root()
    context = click.Context(tree, info_name=PROGRAM, obj=terminal)
    tree.parse_args(context, words)
    return tree.invoke(context)

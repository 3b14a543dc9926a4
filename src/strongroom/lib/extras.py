"""Packages for optional features, and the command that installs them for the running Python."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import shlex
import sys
from collections.abc import Iterable

_OF_AN_EXTRA = re.compile(r"""^(?P<requirement>[^;]+);\s*extra\s*==\s*['"](?P<extra>[\w-]+)['"]$""")


def requirements(*extras: str) -> str:
    """The arguments of `pip install` for these extras: the packages themselves.

    The project's name with an extra would work only if it came from an index, but a checkout and Debian's package
    don't.
    """
    try:
        declared = importlib.metadata.requires("strongroom") or []
    except importlib.metadata.PackageNotFoundError:
        declared = []  # the sources run without being installed
    return " ".join(map(shlex.quote, chosen(declared, extras))) or f"'.[{','.join(extras)}]'"


def chosen(declared: Iterable[str], extras: Iterable[str]) -> list[str]:
    """The requirements of some extras among those of a distribution's metadata.  (p)"""
    wanted, found = set(extras), dict[str, None]()
    for line in declared:
        match = _OF_AN_EXTRA.match(line)
        if match is not None and match["extra"] in wanted:
            found[match["requirement"].strip()] = None
    return list(found)


def install_command(*extras: str) -> str:
    """The command that installs the packages of these extras for this interpreter."""
    return f"{pip_of(sys.executable, own=importlib.util.find_spec('pip') is not None)} install {requirements(*extras)}"


def pip_of(interpreter: str, *, own: bool) -> str:
    """How pip is called for an interpreter.  (p)

    Args:
        own: whether the interpreter has a pip.  That of the Debian package has none, and another one has to do it.
    """
    quoted = shlex.quote(interpreter)
    return f"{quoted} -m pip" if own else f"pip --python {quoted}"

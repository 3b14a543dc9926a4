"""The build of the package that a process runs, and the build that is installed now.

A package can be replaced while a server runs.  A process that starts after that has another build than the rest of the
node, and could misread their messages and rows.  So each process compares the builds, and refuses to work with another.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from strongroom.server.messages.framing import pack
from strongroom.server.messages.to_supervisor import Refused

_ROOT = Path(__file__).parents[1]
_ABOUT = "__about__.py"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Build:
    """One build of the package."""

    version: str
    digest: str
    """Of the names and contents of its files; a version may be built twice."""


def installed(root: Path = _ROOT) -> Build:
    """The build of the installed files.

    If files vanish meanwhile, the package is just being replaced.  That counts as another build too.
    """
    digest = hashlib.sha256()
    for name in sorted(_modules(str(root))):
        content = _content(f"{root}/{name}")
        digest.update(os.fsencode(name) + b"\0%d\0" % len(content) + content)
    found = re.search(rb'^__version__ = "([^"]{1,64})"', _content(f"{root}/{_ABOUT}"), re.MULTILINE)
    return Build(found[1].decode("ascii", "replace") if found else UNKNOWN, digest.hexdigest())


def _modules(root: str) -> Iterator[str]:
    # As texts: every process of a node does this when it starts, and `Path` would take more than half of the time.
    for folder, below, names in os.walk(root):
        if "__pycache__" in below:
            below.remove("__pycache__")
        place = f"{folder}/"[len(root) + 1 :]
        yield from (place + name for name in names if name.endswith(".py"))


def _content(path: str) -> bytes:
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - as above
            return file.read()
    except OSError:
        return b""


def refusal(running: Build, other: str) -> str:
    """The log's line about another build.

    Args:
        other: its version.
    """
    return (
        f"the package was replaced by version {other} while this server runs version {running.version}: restart it; "
        "until then no process of the node is started"
    )


def agree(control: socket.socket, digest: str) -> bool:
    """Whether this process has the supervisor's build.  If not, it tells the supervisor.

    Args:
        control: the socket to the supervisor.
        digest: of the supervisor's build.
    """
    found = installed()
    if found.digest == digest:
        return True
    with contextlib.suppress(OSError):  # the supervisor has gone
        control.sendall(pack(Refused(found.version)))
    return False

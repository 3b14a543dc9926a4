"""Starts a process of the node: our interpreter, one of our modules, and a socket over which to talk to it."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Sequence

_SUPERVISORS_SIGNALS = frozenset({signal.SIGINT, signal.SIGHUP})
"""Sent to the whole process group by a terminal.  A child hears from its supervisor what follows from them."""


def start(module: str, descriptors: Sequence[int]) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Run a module in a process of its own.

    Args:
        module: its name; the control socket's descriptor is its only argument.
        descriptors: what it inherits besides.

    Returns: the process, and our end of the control socket.  Raises `OSError` when it can't be started.
    """
    ours, theirs = socket.socketpair()
    # Blocked, and so inherited as blocked: between here and the child's own first line, a signal would kill it.
    signal.pthread_sigmask(signal.SIG_BLOCK, _SUPERVISORS_SIGNALS)
    try:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module
            [sys.executable, "-m", module, str(theirs.fileno())],
            pass_fds=[theirs.fileno(), *descriptors],
            close_fds=True,
        )
    except OSError:
        ours.close()
        raise
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SUPERVISORS_SIGNALS)
        theirs.close()
    return process, ours

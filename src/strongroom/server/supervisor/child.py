"""Starts a process of the node: our interpreter, one of our modules, and a socket over which to talk to it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence

from strongroom.server.supervisor.service_manager import VARIABLES

_SUPERVISORS_SIGNALS = frozenset({signal.SIGINT, signal.SIGHUP, signal.SIGQUIT})
"""Sent to the whole process group by a terminal.  A child hears from its supervisor what follows from them."""
_NOT_YET = frozenset({signal.SIGUSR1, signal.SIGUSR2})
"""Would end a child that doesn't handle them yet; it unblocks them itself."""


def start(module: str, digest: str, descriptors: Sequence[int]) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Run a module in a process of its own.

    Args:
        module: its name; its arguments are the control socket's descriptor and the digest.
        digest: of the build that it has to be of.
        descriptors: what it inherits besides.

    Returns: the process, and our end of the control socket, which never waits.  Raises `OSError` when it can't be
        started.
    """
    ours, theirs = socket.socketpair()
    # Blocked, and so inherited as blocked: between here and the child's own first line, a signal would kill it.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SUPERVISORS_SIGNALS | _NOT_YET)
    try:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module
            # -P: with -m, the interpreter would import from the working directory first, which may be anybody's.
            [sys.executable, "-P", "-m", module, str(theirs.fileno()), digest],
            pass_fds=[theirs.fileno(), *descriptors],
            close_fds=True,
            # The service manager hears of the node from its main process alone.
            env={name: value for name, value in os.environ.items() if name not in VARIABLES},
        )
    except OSError:
        ours.close()
        raise
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
    ours.setblocking(False)
    return process, ours

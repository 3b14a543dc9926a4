"""Keeps keys from leaving a process: no core files, no tracing by others, no life after the parent's."""

from __future__ import annotations

import ctypes
import os
import resource
import signal

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
# The interpreter links against libc, so its own symbols are there without naming a file.
_prctl = ctypes.CDLL(None, use_errno=True).prctl


def hide_memory() -> None:
    """Make this process non-dumpable: no core file, no `ptrace` by other processes of the user.

    Raises: `OSError` when the kernel refuses.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if _prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_DUMPABLE) failed")


def die_with(parent: int) -> None:
    """Have the kernel end this process when its parent ends; end at once if that has happened already."""
    if _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:
        os._exit(1)

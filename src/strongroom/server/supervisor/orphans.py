"""Reaps processes that nobody waits for.

The first process of a container inherits every process whose parent ends, and has to take note of their ends: else
they stay in the table of processes as zombies, until that is full.
"""

from __future__ import annotations

import os
from collections.abc import Collection


def reap(own: Collection[int] = ()) -> None:
    """Take note of the end of inherited processes.

    Args:
        own: process ids of the children that somebody waits for.
    """
    while True:
        try:
            # Looked at and left: the status of our own children belongs to whoever started them.
            found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if found is None or found.si_pid in own:
            return
        os.waitpid(found.si_pid, os.WNOHANG)

"""Reaps orphaned processes.

The first process of a container inherits every process whose parent ends.  If it doesn't wait for them, they stay in
the process table as zombies until the table is full.
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
            # WNOWAIT leaves the status, because the status of this server's own children belongs to the code that
            # started them.
            found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return
        if found is None or found.si_pid in own:
            return
        os.waitpid(found.si_pid, os.WNOHANG)

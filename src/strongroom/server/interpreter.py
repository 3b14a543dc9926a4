"""Tunes the interpreter to a long-lived process with a large cache and one busy thread.

What a request makes is freed by its reference count; cycles are rare.  The collector's own schedule would walk the
cached records again and again to find next to nothing, which took a sixth of the time of a read.

The thread that commits wakes up holding the store's lock, for which other processes wait, and needs the interpreter's
lock to go on: five milliseconds, the interpreter's own patience, would be most of the time that the store is locked.
"""

from __future__ import annotations

import gc
import sys

_YOUNG = 50_000
_MIDDLE = 20
_OLD = 100
_SWITCH_INTERVAL_S = 0.0005


def settle() -> None:
    """Take what is loaded by now out of the collector's rounds, let those be rare, and threads not wait long."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
    sys.setswitchinterval(_SWITCH_INTERVAL_S)

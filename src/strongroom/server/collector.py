"""Tunes Python's cycle collector to a long-lived process with a large cache.

What a request makes is freed by its reference count; cycles are rare.  The collector's own schedule would walk the
cached records again and again to find next to nothing, which took a sixth of the time of a read.
"""

from __future__ import annotations

import gc

_YOUNG = 50_000
_MIDDLE = 20
_OLD = 100


def settle() -> None:
    """Take what is loaded by now out of the collector's rounds, and let those be rare."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)

"""Tunes the interpreter to a long-lived process with a large cache and one busy thread.

Reference counts free the objects of a request; cycles are rare.  With its default schedule, the garbage collector would
walk the cached records again and again and find almost nothing.  That took a sixth of the time of a read.

The thread that commits wakes up with the store's lock, for which other processes wait, and then needs the interpreter's
lock.  The default switch interval of five milliseconds would be most of the time that the store is locked.
"""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from types import ModuleType

_YOUNG = 50_000
_MIDDLE = 20
_OLD = 100
_SWITCH_INTERVAL_S = 0.0005


def load(module: str) -> ModuleType:
    """Import a module that brings the whole server along, without garbage collections meanwhile.

    Nothing of what is loaded becomes garbage, and looking for some took an eighth of the time that loading takes.
    """
    gc.disable()
    try:
        return import_module(module)
    finally:
        gc.enable()


def settle() -> None:
    """Exempt loaded objects from garbage collection, make collections rare, and shorten the switch interval."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
    sys.setswitchinterval(_SWITCH_INTERVAL_S)

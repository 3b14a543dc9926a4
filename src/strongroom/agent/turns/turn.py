"""The time in which an instance may restart."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Final

Turn = Callable[[], AbstractAsyncContextManager[None]]
"""Waits until it may; the block is the restart.  It goes on after the block until the instance is well."""

AT_ANY_TIME: Final[Turn] = nullcontext
"""Of an instance that waits for nobody."""

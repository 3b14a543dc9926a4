"""Memory that a process shares with those that it starts."""

from __future__ import annotations

import mmap
import os


def create(name: str, size: int, head: bytes = b"") -> int:
    """Make a piece of memory.  Pages that nobody writes take no room.

    Args:
        name: shown by the kernel. size: in bytes. head: what it begins with; the rest are zeros.

    Returns: its descriptor, to be passed on.  Raises `OSError`.
    """
    descriptor = os.memfd_create(name, os.MFD_CLOEXEC)
    try:
        os.ftruncate(descriptor, size)
        os.pwrite(descriptor, head, 0)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def attach(descriptor: int) -> memoryview:
    """The memory behind a descriptor, which is closed.  Raises `OSError`."""
    try:
        return memoryview(mmap.mmap(descriptor, os.fstat(descriptor).st_size))
    finally:
        os.close(descriptor)

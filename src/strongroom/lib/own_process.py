"""What the kernel knows of this process.

Source: https://man7.org/linux/man-pages/man5/proc.5.html
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from strongroom.lib.exposition import Gauge

_SELF = Path("/proc/self")


def resident_bytes() -> int:
    """The memory of this process; 0 if the kernel doesn't report it."""
    try:
        fields = (_SELF / "statm").read_text(encoding="ascii").split()
    except OSError:
        return 0
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")


def open_descriptors() -> int:
    """The number of open files and sockets of this process; 0 if the kernel doesn't report it."""
    try:
        return sum(1 for _ in (_SELF / "fd").iterdir())
    except OSError:
        return 0


def measured() -> list[Gauge]:
    """What monitoring wants to know of a process."""
    return [
        Gauge("process.resident_memory_bytes", resident_bytes(), "Memory that the processes hold."),
        Gauge("process.cpu_seconds_total", time.process_time(), "Processor time that the processes have used."),
        Gauge("process.open_fds", open_descriptors(), "Open files and sockets."),
    ]

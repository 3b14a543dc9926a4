"""What can be found out about a process's memory, by its owner and by root."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

_WINDOW_BYTES = 1 << 24


def holds(pid: int, needle: bytes) -> bool:
    """Whether the bytes stand anywhere in the process's writable memory.  Only root may look."""
    found = False
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            bounds, rights, *_ = line.split()
            if not rights.startswith("rw"):
                continue
            start, end = (int(text, 16) for text in bounds.split("-"))
            found = found or _in_region(memory.fileno(), start, end, needle)
    return found


def _in_region(descriptor: int, start: int, end: int, needle: bytes) -> bool:
    tail = b""
    while start < end:
        try:
            window = os.pread(descriptor, min(_WINDOW_BYTES, end - start), start)
        except OSError:
            return False  # a region of the kernel's that can't be read
        if not window:
            return False
        if needle in tail + window:
            return True
        tail = window[-len(needle) :]
        start += len(window)
    return False


def without_capabilities() -> tuple[str, ...]:
    """What to put before a command, so that it may do what its user may do and no more, also as root."""
    return ("setpriv", "--bounding-set=-all", "--inh-caps=-all") if os.geteuid() == 0 else ()


def readable_by_owner(pid: int) -> bool:
    """Whether another process of the same user, without capabilities, may look into it."""
    command = [*without_capabilities(), "head", "-c1", f"/proc/{pid}/environ"]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def core_limit(pid: int) -> str:
    """The soft and hard limit on core files."""
    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()
    return next(" ".join(line.split()[4:6]) for line in lines if line.startswith("Max core file size"))

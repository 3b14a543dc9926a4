"""What a process group uses, by `/proc`: processor time and memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def _fields(stat: str) -> list[str]:
    """The fields of a `stat` file after the command's name, which may hold spaces."""
    return stat.rpartition(")")[2].split()


def group_of(stat: str) -> int:
    """The process group in a `stat` file's text."""
    return int(_fields(stat)[2])


def processor_s_of(stat: str) -> float:
    """Processor seconds in a `stat` file's text, those of children included that have ended and were waited for."""
    return sum(int(ticks) for ticks in _fields(stat)[11:15]) / _TICKS


def pss_kib(rollup: str) -> int:
    """The proportional set size in a `smaps_rollup` file's text: pages that several processes share count once."""
    return next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0)


def _stats(group: int) -> Iterator[tuple[Path, str]]:
    """The processes of a group, with their `stat`."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:  # it has ended meanwhile
                continue
            if group_of(stat) == group:
                yield entry, stat


def members(group: int) -> list[int]:
    """The process ids of a group, without those that only wait to be reaped."""
    return sorted(int(entry.name) for entry, stat in _stats(group) if _fields(stat)[0] != "Z")


def processor_s(group: int) -> float:
    """The processor time that a group has used, in seconds."""
    return sum(processor_s_of(stat) for _, stat in _stats(group))


def memory_mib(group: int) -> float:
    """The memory of a group, in MiB."""
    total = 0
    for entry, _ in _stats(group):
        try:
            total += pss_kib((entry / "smaps_rollup").read_text())
        except OSError:
            continue
    return total / 1024

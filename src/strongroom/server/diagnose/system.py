"""Diagnosis of the machine: limits, memory, swap, randomness, time, packages."""

from __future__ import annotations

import importlib.util
import os
import resource
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from strongroom.__about__ import RELEASED
from strongroom.barrier.barrier import CACHE_BYTES
from strongroom.barrier.cache import most_bytes
from strongroom.lib.extras import install_command
from strongroom.server import builtin
from strongroom.server.diagnose.result import Finding, fail, group, ok, skipped, warn
from strongroom.server.plugins import PluginError

_FILES_NEEDED = 1024
_FILES_WANTED = 16_384
"""Each connection is a file: below this, a burst of clients is refused long before the machine is busy."""
_OTHER_BYTES = 104 << 20
"""What a worker takes besides the barrier's cache: the program some 85 MiB, SQLite's pages 17."""
_ADDRESS_SPACE_BYTES = 1 << 30
EXTRAS = {
    "postgresql": ("psycopg",),
    "mysql": ("pymysql",),
    "redis": ("redis",),
    "zookeeper": ("kazoo",),
    "pgp": ("pgpy",),
    "bcrypt": ("bcrypt",),
    "acme": ("acme",),
    "http": ("httpx",),
    "aws": ("botocore", "httpx"),
    "kubernetes": ("httpx", "yaml"),
    "mfa": ("httpx",),
    "radius": ("pyrad",),
    "cel": ("re2",),
    "dns": ("dns",),
    "pqc": ("pqcrypto",),
    "agent": ("bcrypt", "re2", "yaml"),
    "jinja": ("jinja2",),
    "otel": ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http"),
    "ldap": ("ldap",),
    "kerberos": ("gssapi",),
}
"""The modules that each optional dependency of the project brings."""


def operating_system(workers: int, disk: Finding) -> Finding:
    """Everything about the machine.

    Args:
        workers: how many worker processes the configuration starts.
        disk: the check of the disk, which needs the storage's place.
    """
    return group(
        "Check Operating System",
        [
            open_files(resource.getrlimit(resource.RLIMIT_NOFILE)[0]),
            memory(_memory_available_bytes(), resource.getrlimit(resource.RLIMIT_AS)[0], workers),
            swap(Path("/proc/swaps").read_text(encoding="ascii") if Path("/proc/swaps").exists() else ""),
            randomness(),
            wall_clock(time.time()),
            disk,
        ],
    )


def open_files(limit: int) -> Finding:
    """Judge the limit of open files (`RLIM_INFINITY` is none)."""
    name = "Check Open File Limits"
    advice = "Raise it with LimitNOFILE=65536 in the systemd unit, or `ulimit -n 65536` before the start."
    if limit == resource.RLIM_INFINITY or limit >= _FILES_WANTED:
        return ok(name, "Open file limits are set to " + _count(limit) + ".")
    if limit < _FILES_NEEDED:
        return fail(name, f"Open file limits are set to {limit}; at least {_FILES_NEEDED} are needed.", advice)
    return warn(name, f"Open file limits are set to {limit}, which leaves room for few connections.", advice)


def memory(available_bytes: int | None, address_space: int, workers: int) -> Finding:
    """Judge the memory for this many workers.

    Args:
        available_bytes: what the kernel would give without swapping; None if it doesn't say.
        address_space: the limit of one process's address space in bytes, or `RLIM_INFINITY`.
        workers: worker processes.
    """
    name = "Check Memory"
    needed = workers * (most_bytes(CACHE_BYTES) + _OTHER_BYTES)
    if address_space not in (resource.RLIM_INFINITY, -1) and address_space < _ADDRESS_SPACE_BYTES:
        return warn(
            name,
            f"A process may use {_mib(address_space)} of address space, which the storage's memory map can exceed.",
            "Take the limit away: LimitAS=infinity in the systemd unit, or `ulimit -v unlimited`.",
        )
    if available_bytes is None:
        return skipped(name, "The kernel doesn't say how much memory is available.")
    if available_bytes < needed:
        return warn(
            name,
            f"{_mib(available_bytes)} of memory are available; {workers} workers with full caches take {_mib(needed)}.",
            "Give the machine more memory, or set `workers` in the configuration to a smaller number.",
        )
    return ok(name, f"{_mib(available_bytes)} available, {workers} workers with full caches can take {_mib(needed)}.")


def swap(swaps: str) -> Finding:
    """Judge the swap space, which is where keys in memory could reach a disk.

    Args:
        swaps: `/proc/swaps`.
    """
    name = "Check Swap"
    places = [line.split()[0] for line in swaps.splitlines()[1:] if line.split()]
    written = [place for place in places if not place.startswith(("/dev/zram", "/dev/dm-"))]
    if written:
        return warn(
            name,
            f"Memory is swapped to {', '.join(written)}: keys can reach the disk in clear.",
            "Turn it off (`swapoff -a`, and its line in /etc/fstab), encrypt it, or set MemorySwapMax=0 in the unit.",
        )
    return ok(name, "No swap in clear.")


def randomness() -> Finding:
    """Whether the kernel's generator is seeded."""
    name = "Check Randomness"
    try:
        os.getrandom(16, os.GRND_NONBLOCK)
    except BlockingIOError:
        return fail(
            name,
            "The kernel's random generator isn't seeded yet; the server would wait for it.",
            "Wait a minute after the boot, or give the virtual machine a virtio-rng device.",
        )
    return ok(name, "The kernel's random generator is ready.")


def wall_clock(now_s: float) -> Finding:
    """Judge the clock, in seconds since the epoch.  A time before this program's release is wrong."""
    name = "Check Time"
    if now_s < datetime.fromisoformat(RELEASED).timestamp() - 86_400:
        return fail(
            name,
            "The clock stands before this release was made: tokens, leases and certificates would be judged wrong.",
            "Set the clock, and keep it right with chrony or systemd-timesyncd.",
        )
    return ok(name, "The clock is plausible.")


def plugins(allowed: tuple[str, ...]) -> Finding:
    """Whether what the configuration allows is installed and can be loaded."""
    name = "Check Plugins"
    if not allowed:
        return skipped(name, "No plugins are allowed by the configuration.")
    advice = (
        "Install the package that offers it into this Python environment "
        "(`pip install …`, then `pip show -f …` lists its entry points), or take the name out of `plugins`."
    )
    found = []
    for plugin in allowed:
        try:
            builtin.engines((plugin,))
        except PluginError as error:
            found.append(fail(plugin, str(error), advice))
        else:
            found.append(ok(plugin, "It can be loaded."))
    return group(name, found)


def extras(known: Mapping[str, Sequence[str]] = EXTRAS) -> Finding:
    """Which optional packages are absent; a stanza that needs one fails by itself."""
    absent = [extra for extra, modules in known.items() if not all(map(importlib.util.find_spec, modules))]
    if not absent:
        return ok("Check Optional Packages", "All are installed.")
    return ok(
        "Check Optional Packages",
        f"Absent, and needed only where used: {', '.join(absent)} ({install_command(*absent)}).",
    )


def _memory_available_bytes() -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), None)


def _mib(count: int) -> str:
    return f"{count >> 20} MiB"


def _count(limit: int) -> str:
    return "unlimited" if limit == resource.RLIM_INFINITY else str(limit)

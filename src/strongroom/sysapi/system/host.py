"""Facts about the machine, read from the kernel.

Source: https://man7.org/linux/man-pages/man5/proc.5.html
"""

from __future__ import annotations

import os
import platform
import shutil
from pathlib import Path
from typing import Any

_PROC = Path("/proc")
_KIB = 1024


def describe() -> dict[str, Any]:
    """Processors, memory, the root file system and the system; parts that the kernel doesn't tell are left out."""
    parts = {"cpu": _processors(), "cpu_times": _times(), "disk": _disk(), "host": _host(), "memory": _memory()}
    return {name: part for name, part in parts.items() if part}


def _text(name: str) -> str:
    try:
        return (_PROC / name).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _processors() -> list[dict[str, Any]]:
    out = []
    for block in _text("cpuinfo").strip().split("\n\n"):
        pairs = (line.partition(":") for line in block.splitlines())
        fields = {name.strip(): value.strip() for name, _, value in pairs}
        if "processor" in fields:
            out.append(
                {
                    "cpu": int(fields["processor"]),
                    "vendorId": fields.get("vendor_id", ""),
                    "modelName": fields.get("model name", ""),
                    "mhz": float(fields.get("cpu MHz", 0)),
                    "flags": fields.get("flags", "").split(),
                }
            )
    return out


def _times() -> list[dict[str, Any]]:
    ticks = os.sysconf("SC_CLK_TCK")
    names = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal", "guest", "guestNice")
    out = []
    for line in _text("stat").splitlines():
        fields = line.split()
        if len(fields) > len(names) and fields[0].startswith("cpu") and fields[0] != "cpu":
            seconds = {name: int(value) / ticks for name, value in zip(names, fields[1:], strict=False)}
            out.append({"cpu": fields[0], **seconds})
    return out


def _disk() -> list[dict[str, Any]]:
    usage = shutil.disk_usage("/")
    used = 100 * usage.used / (usage.used + usage.free) if usage.used + usage.free else 0.0
    return [{"path": "/", "total": usage.total, "free": usage.free, "used": usage.used, "usedPercent": used}]


def _host() -> dict[str, Any]:
    uname = platform.uname()
    out: dict[str, Any] = {
        "hostname": uname.node,
        "os": uname.system.lower(),
        "kernelVersion": uname.release,
        "kernelArch": uname.machine,
    }
    if uptime := _text("uptime").split():
        out["uptime"] = int(float(uptime[0]))
    for line in _text("stat").splitlines():
        if line.startswith("btime "):
            out["bootTime"] = int(line.split()[1])
    return out


def _memory() -> dict[str, Any]:
    fields = {}
    for line in _text("meminfo").splitlines():
        name, _, value = line.partition(":")
        fields[name] = int(value.split()[0]) * _KIB
    if "MemTotal" not in fields:
        return {}
    total, available = fields["MemTotal"], fields.get("MemAvailable", 0)
    return {
        "total": total,
        "available": available,
        "free": fields.get("MemFree", 0),
        "used": total - available,
        "usedPercent": 100 * (total - available) / total,
        "buffers": fields.get("Buffers", 0),
        "cached": fields.get("Cached", 0),
        "swapTotal": fields.get("SwapTotal", 0),
        "swapFree": fields.get("SwapFree", 0),
    }

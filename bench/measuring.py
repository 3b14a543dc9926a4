"""Loads a server with requests, and tells what the clients saw and what the server used."""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median

import msgspec

from bench.load import wrk
from bench.load.requests import Mix
from bench.servers import usage

WARM_UP_S = 1.0
"""Load before a round that counts: caches of the secrets that it reads are filled by then."""


class Load(msgspec.Struct, frozen=True):
    """How requests are sent."""

    seconds: float = 3.0
    connections: int = 32
    rounds: int = 3


class Figures(msgspec.Struct, frozen=True):
    """What one round, or the median of several, has shown of one server."""

    rate: float
    """Answers in a second."""
    p50_ms: float
    p99_ms: float
    cpu_us: float
    """Processor time of the server's process group for a request."""
    memory_mib: float
    refused: int = 0
    broken: int = 0


def measure(url: str, group: int, mix: Mix, load: Load) -> Figures:
    """Send requests for one round.  Raises `LoadFailed`.

    Args:
        group: the server's process group.
    """
    before = usage.processor_s(group)
    with tempfile.TemporaryDirectory() as place:
        seen = wrk.run(url, mix, seconds=load.seconds, connections=load.connections, place=Path(place))
    used_s = usage.processor_s(group) - before
    return Figures(
        rate=seen.rate,
        p50_ms=seen.p50_ms,
        p99_ms=seen.p99_ms,
        cpu_us=used_s / max(1, seen.requests) * 1e6,
        memory_mib=usage.memory_mib(group),
        refused=seen.refused,
        broken=seen.broken,
    )


def middle(rounds: list[Figures]) -> Figures:
    """The median of each figure; failures are added up."""
    return Figures(
        rate=median(each.rate for each in rounds),
        p50_ms=median(each.p50_ms for each in rounds),
        p99_ms=median(each.p99_ms for each in rounds),
        cpu_us=median(each.cpu_us for each in rounds),
        memory_mib=median(each.memory_mib for each in rounds),
        refused=sum(each.refused for each in rounds),
        broken=sum(each.broken for each in rounds),
    )


def ratio(ours: list[Figures], other: list[Figures]) -> float:
    """The median of the rates' ratios, pair by pair, so that it holds when the machine's speed drifts; 0 for none."""
    pairs = [one.rate / two.rate for one, two in zip(ours, other, strict=True) if one.rate and two.rate]
    return median(pairs) if pairs else 0.0

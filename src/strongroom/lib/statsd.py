"""Numbers as lines for statsd and for DogStatsD, named as Vault's library names them (pure).

A program that sends each event when it happens lets the receiver count.  Here a process counts, and sends what came
since the last time: a counter's growth, and of a histogram one line for each size, with the number of events as its
sample rate.

Source: https://github.com/statsd/statsd/blob/master/docs/metric_types.md,
https://docs.datadoghq.com/extend/dogstatsd/datagram_shell/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from strongroom.lib.exposition import Histogram, Measure

_RESERVED: Final = re.compile(r"[:|@#,\s]")
"""What ends a name, a value or a tag: a mount's path must not begin another line."""
_OF_THE_SYSTEM: Final = "process."
_SECONDS: Final = "_seconds"
_MILLISECONDS: Final = "_milliseconds"


@dataclass(frozen=True, slots=True)
class Naming:
    """How numbers are named."""

    tagged: bool = False
    """Whether labels are tags of DogStatsD.  For statsd their values are parts of the name."""
    prefix: str = ""
    """What all names begin with, in front of a dot."""
    hostname: str = ""
    host_label: bool = False
    """Whether the host is a label of each number.  Otherwise it stands in the names of statsd's gauges."""
    tags: tuple[str, ...] = ()
    """Tags of each line."""


Key = tuple[str, tuple[tuple[str, str], ...]]
Past = Mapping[Key, Measure]
"""The numbers of the last time, by name and labels."""


def past_of(measures: Sequence[Measure]) -> Past:
    """The numbers to which the next ones are compared."""
    return {_key(measure): measure for measure in measures}


def lines(measures: Sequence[Measure], past: Past, naming: Naming) -> Iterator[str]:
    """The lines of what is new since the last time.

    A counter that is less than before has begun anew, so all of it is new.
    """
    for measure in measures:
        before = past.get(_key(measure))
        if isinstance(measure, Histogram):
            yield from _timings(measure, before if isinstance(before, Histogram) else None, naming)
        elif not measure.grows:
            yield _line(measure, measure.value, "g", naming)
        else:
            old = 0 if before is None or isinstance(before, Histogram) or before.value > measure.value else before.value
            if measure.value != old:
                yield _line(measure, measure.value - old, "c", naming)


def packets(given: Iterable[str], most_bytes: int) -> Iterator[bytes]:
    """The lines in datagrams, of which none is longer than `most_bytes`, unless a single line is."""
    waiting: list[bytes] = []
    size = 0
    for line in given:
        encoded = line.encode()
        if waiting and size + len(encoded) + 1 > most_bytes:
            yield b"\n".join(waiting)
            waiting, size = [], 0
        waiting.append(encoded)
        size += len(encoded) + 1
    if waiting:
        yield b"\n".join(waiting)


def _key(measure: Measure) -> Key:
    return measure.name, tuple(sorted(measure.labels.items()))


def _timings(histogram: Histogram, before: Histogram | None, naming: Naming) -> Iterator[str]:
    """A line for each size that came since: its bound in milliseconds, and one over its number as the sample rate."""
    unit = 1000 if histogram.name.endswith(_SECONDS) else 1
    known = before.counts if before is not None and before.count <= histogram.count else (0,) * len(histogram.counts)
    bounds = (*histogram.bounds, histogram.bounds[-1])
    for bound, count, old in zip(bounds, histogram.counts, known, strict=True):
        if count > old:
            yield _line(histogram, bound * unit, "ms", naming, count - old)


def _line(measure: Measure, value: float, kind: str, naming: Naming, count: int = 1) -> str:
    name, labels = measure.name, sorted(measure.labels.items())
    if isinstance(measure, Histogram) and name.endswith(_SECONDS):
        name = name.removesuffix(_SECONDS) + _MILLISECONDS
    if naming.hostname and naming.host_label:
        labels.append(("host", naming.hostname))
    elif naming.hostname and kind == "g" and not naming.tagged and not name.startswith(_OF_THE_SYSTEM):
        head = f"{naming.prefix}." if naming.prefix else ""
        name = f"{head}{naming.hostname}.{name.removeprefix(head)}"
    number = f"{value:.6f}".rstrip("0").rstrip(".")
    rate = f"|@{1 / count:.6g}" if count > 1 else ""
    if not naming.tagged:
        return f"{'.'.join([_plain(name), *(_plain(text) for _, text in labels)])}:{number}|{kind}{rate}"
    tags = [*naming.tags, *(f"{_plain(label)}:{_plain(text)}" for label, text in labels)]
    return f"{_plain(name)}:{number}|{kind}{rate}{'|#' if tags else ''}{','.join(tags)}"


def _plain(text: str) -> str:
    # An empty part would be a name that ends in a dot: the cluster of a server that was never initialised has no name.
    return _RESERVED.sub("_", text) or "none"

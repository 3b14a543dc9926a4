"""A profile, in the form of Go's tools and as text (pure).

Source: https://github.com/google/pprof/blob/main/proto/profile.proto
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping
from typing import NamedTuple

_SECOND_NS = 10**9


class Kind(NamedTuple):
    """What a number of a sample counts, and in which unit."""

    name: str
    unit: str


class Profile(NamedTuple):
    """Samples by where they were taken."""

    kinds: tuple[Kind, ...]
    samples: Mapping[tuple[str, ...], tuple[int, ...]]
    """A number of each kind by the frames of a stack, innermost first."""
    taken_at: float
    """Seconds since the epoch."""
    lasted_s: float = 0.0
    period: int = 1
    """How much of the last kind one sample stands for."""

    def as_text(self) -> bytes:
        """A line for each stack, outermost frame first, and its first number: what flame graphs are drawn from."""
        lines = (
            f"{';'.join(reversed(frames)) or 'nowhere'} {values[0]}\n"
            for frames, values in sorted(self.samples.items(), key=lambda item: -item[1][0])
        )
        return "".join(lines).encode()

    def as_gzip(self) -> bytes:
        """For `go tool pprof`, and whatever else reads its files."""
        return gzip.compress(_encoded(self), mtime=0)


class _Texts:
    """The profile's texts, each by its number; the empty one comes first."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {"": 0}

    def __call__(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))


def _encoded(profile: Profile) -> bytes:
    texts, places = _Texts(), dict[str, int]()
    out = bytearray()
    for kind in profile.kinds:
        out += _field(1, _kind(texts, kind))
    for frames, values in profile.samples.items():
        ids = [places.setdefault(frame, len(places) + 1) for frame in frames]
        out += _field(2, _field(1, _packed(ids)) + _field(2, _packed(values)))
    for frame, id_ in places.items():
        # A place has one line of a function of its own; its text already names file, line and function.
        out += _field(4, _number(1, id_) + _field(4, _number(1, id_)))
        out += _field(5, _number(1, id_) + _number(2, texts(frame)) + _number(3, texts(frame)))
    out += _number(9, int(profile.taken_at * _SECOND_NS)) + _number(10, int(profile.lasted_s * _SECOND_NS))
    out += _field(11, _kind(texts, profile.kinds[-1])) + _number(12, profile.period)
    for text in texts.numbers:
        out += _field(6, text.encode("utf-8", "replace"))
    return bytes(out)


def _kind(texts: _Texts, kind: Kind) -> bytes:
    return _number(1, texts(kind.name)) + _number(2, texts(kind.unit))


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _field(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _packed(values: Iterable[int]) -> bytes:
    return b"".join(map(_varint, values))

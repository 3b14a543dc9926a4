"""Arithmetic of integers, and counting (p).

Source: https://masterminds.github.io/sprig/math.html, https://masterminds.github.io/sprig/integer_slice.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from strongroom.template.errors import FunctionFailed
from strongroom.template.function import Function, Kind
from strongroom.template.functions.bounds import check_items
from strongroom.template.functions.go.numbers import divided, wrapped
from strongroom.template.functions.go.random import below
from strongroom.template.functions.sprig.conversions import integer
from strongroom.template.surroundings import Surroundings


def _add(*values: Any) -> int:
    return wrapped(sum(map(integer, values)))


def _add1(value: Any) -> int:
    return wrapped(integer(value) + 1)


def _sub(value: Any, other: Any) -> int:
    return wrapped(integer(value) - integer(other))


def _mul(value: Any, *others: Any) -> int:
    result = integer(value)
    for other in others:
        result = wrapped(result * integer(other))
    return result


def _div(value: Any, other: Any) -> int:
    return wrapped(divided(integer(value), integer(other))[0])


def _mod(value: Any, other: Any) -> int:
    return divided(integer(value), integer(other))[1]


def _max(value: Any, *others: Any) -> int:
    return max(map(integer, (value, *others)))


def _min(value: Any, *others: Any) -> int:
    return min(map(integer, (value, *others)))


def _until(count: int) -> list[int]:
    return _until_step(0, count, -1 if count < 0 else 1)


def _until_step(start: int, stop: int, step: int) -> list[int]:
    return list(_counted(start, stop, step))


def _seq(*bounds: int) -> str:
    """Numbers with spaces between: up to a last one, from a first one, or with a step between these two."""
    if len(bounds) not in {1, 2, 3}:
        return ""
    start, end = (1, bounds[0]) if len(bounds) == 1 else (bounds[0], bounds[-1])
    direction = -1 if end < start else 1
    step = bounds[1] if len(bounds) == 3 else direction
    if direction < 0 < step:
        return ""
    return " ".join(map(str, _counted(start, end + direction, step)))


def _counted(start: int, stop: int, step: int) -> range:
    """The numbers; none if the step leads away from the end, or nowhere."""
    if step >= 0 if stop < start else step <= 0:
        return range(0)
    numbers = range(start, stop, step)
    check_items((abs(stop - start) + abs(step) - 1) // abs(step))
    return numbers


def _rand_int(around: Surroundings, low: int, high: int) -> int:
    if high <= low:
        raise FunctionFailed("invalid argument to Intn")
    return low + below(around, high - low)


_TWO = (Kind.ANY, Kind.ANY)
FUNCTIONS: Mapping[str, Function] = {
    "add": Function(_add, rest=Kind.ANY),
    "add1": Function(_add1, (Kind.ANY,)),
    "sub": Function(_sub, _TWO),
    "mul": Function(_mul, (Kind.ANY,), rest=Kind.ANY),
    "div": Function(_div, _TWO),
    "mod": Function(_mod, _TWO),
    "max": Function(_max, (Kind.ANY,), rest=Kind.ANY),
    "biggest": Function(_max, (Kind.ANY,), rest=Kind.ANY),
    "min": Function(_min, (Kind.ANY,), rest=Kind.ANY),
    "until": Function(_until, (Kind.INT,)),
    "untilStep": Function(_until_step, (Kind.INT, Kind.INT, Kind.INT)),
    "seq": Function(_seq, rest=Kind.INT),
    "randInt": Function(_rand_int, (Kind.INT, Kind.INT), around=True),
}

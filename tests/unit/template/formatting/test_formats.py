"""How values are written."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.template.budget import Budget, Exhausted
from strongroom.template.formatting.printing import formatted, printed, printed_line
from strongroom.template.limits import Limits
from strongroom.template.values import Structure
from tests.unit.template.typed import typed, vectors


def budget(**limits: int) -> Budget:
    """What one execution may cost."""
    return Budget(Limits(**limits))


@pytest.mark.parametrize("case", vectors("formats.json"), ids=lambda case: ascii(case["pattern"]))
def test_a_pattern_gives_what_go_gives(case: dict[str, Any]) -> None:
    """The table holds what Go 1.26 wrote, error marks included."""
    assert formatted(case["pattern"], typed(case["values"]), budget()) == case["output"]


@pytest.mark.parametrize(
    ("values", "output"),
    [
        ([], ""),
        (["a", "b"], "ab"),
        ([1, 2], "1 2"),
        (["a", 1, 2, "b"], "a1 2b"),
        ([None, None], "<nil> <nil>"),
        (["\udcc3", "\udca9"], "é"),
    ],
)
def test_print_puts_spaces_between_what_is_no_text(values: list[Any], output: str) -> None:
    """As `fmt.Sprint` does."""
    assert printed(values, budget()) == output


def test_println_puts_spaces_everywhere() -> None:
    """As `fmt.Sprintln` does."""
    assert printed_line(["a", "b", 1], budget()) == "a b 1\n"


class Told(Structure):
    """Tells its text."""

    go_type = "time.Duration"
    methods = {"String": "told"}

    def told(self) -> str:
        """Its text."""
        return "1h0m0s"


def test_a_structure_may_tell_its_text() -> None:
    """Verbs for texts use what the method `String` gives."""
    assert formatted("%v %s %q %8s %d", [Told()] * 5, budget()) == '1h0m0s 1h0m0s "1h0m0s"   1h0m0s {}'


def test_addresses_say_nothing() -> None:
    """Two equal values print alike, so that a file isn't written again for nothing."""
    assert formatted("%p %p %v", [[1], {}, [1]], budget()) == "0xc000000000 0xc000000000 [1]"


def shared(levels: int) -> list[Any]:
    """A small list that prints as a huge one."""
    value: list[Any] = [1]
    for _ in range(levels):
        value = [value, value]
    return value


def nested(levels: int) -> list[Any]:
    """Lists in lists."""
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("pattern", "values", "reason"),
    [
        ("%v", [shared(60)], "steps"),
        ("%v", [nested(5_000)], "levels"),
        ("%999999d" * 100, [1] * 100, "bytes"),
        ("%.999999f" * 100, [1.5] * 100, "bytes"),
        ("%999999d", [list(range(100))], "bytes"),
        ("%s" * 100, ["a" * 100_000] * 100, "bytes"),
        ("%q" * 100, ["\x00" * 100_000] * 100, "bytes"),
    ],
)
def test_a_text_has_limits(pattern: str, values: list[Any], reason: str) -> None:
    """Whatever makes it long."""
    with pytest.raises(Exhausted, match=reason):
        formatted(pattern, values, budget())


def test_brackets_without_end_are_looked_for_once() -> None:
    """A long pattern is read in one pass."""
    assert formatted("%[d" * 100_000, [], budget()) == "%!d(BADINDEX)" * 100_000

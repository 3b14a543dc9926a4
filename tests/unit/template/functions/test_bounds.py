"""Calls that would take all memory or time."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.template.errors import FunctionFailed
from strongroom.template.functions.maps import OwnMap
from tests.unit.template.functions.calls import call


def deep_map() -> OwnMap:
    """Maps within each other."""
    value = OwnMap()
    for _ in range(5000):
        value = OwnMap(a=value)
    return value


def wide_map() -> OwnMap:
    """A few maps that contain each other twice."""
    value = OwnMap(a=1)
    for _ in range(60):
        value = OwnMap(a=value, b=value)
    return value


HUGE = 1 << 62
DEEP_MAP = deep_map()
DEEP: list[Any] = []
for _ in range(5000):
    DEEP = [DEEP]
WIDE: list[Any] = [1]
"""A few lists that contain each other twice: as a tree, more than the memory of any machine."""
for _ in range(60):
    WIDE = [WIDE, WIDE]
LAUGHS = "a: &a [1,1]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(24)
)
MANY = ["x"] * 99_999


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("indent", (HUGE, "a")),
        ("indent", (1000, "a\n" * 100_000)),
        ("replaceAll", ("", "x" * 10_000, "a" * 10_000)),
        ("join", ("x" * 10_000, MANY)),
        ("loop", (HUGE,)),
        ("loop", (-HUGE, HUGE)),
        ("regexReplaceAll", ("", "x" * 10_000, "a" * 10_000)),
        ("regexReplaceAll", ("(((a{100}){100}){100})", "", "a")),
        ("regexReplaceAll", ("a" * 100_000, "", "a")),
        ("sprig_regexFindAll", ("", "a" * 200_000, -1)),
        ("sprig_regexSplit", ("", "a" * 200_000, -1)),
        ("sprig_repeat", (HUGE, "a")),
        ("sprig_indent", (HUGE, "a")),
        ("sprig_nindent", (HUGE, "a")),
        ("sprig_replace", ("", "x" * 10_000, "a" * 10_000)),
        ("sprig_join", ("x" * 10_000, MANY)),
        ("sprig_wrapWith", (1, "x" * 10_000, "a" * 10_000)),
        ("sprig_until", (HUGE,)),
        ("sprig_untilStep", (-HUGE, HUGE, 1)),
        ("sprig_seq", (HUGE,)),
        ("sprig_append", ([*MANY, 1], 1)),
        ("sprig_concat", (MANY, MANY)),
        ("sprig_uniq", ([[number] for number in range(2000)],)),
        ("sprig_randAlpha", (HUGE,)),
        ("sprig_randBytes", (HUGE,)),
        ("sprig_randBytes", (-1,)),
        ("sprig_mulf", (1e300, *[1e300] * 1000)),
        ("sprig_semverCompare", ("1 || " * 1000, "1")),
        ("parseJSON", ("[" * 100_000,)),
        ("sprig_fromJson", ("[" * 500 + "]" * 500,)),
        ("sprig_regexMatch", ("a" * 100_000, "a")),
        ("parseJSON", ("[" * 500 + "]" * 500,)),
        ("parseYAML", ("[" * 10_000,)),
        ("parseYAML", ("- " * 1000 + "x",)),
        ("parseYAML", (LAUGHS,)),
        *[
            (name, (value,))
            for name in (
                "toJSON",
                "toJSONPretty",
                "toYAML",
                "sprig_toJson",
                "sprig_toRawJson",
                "sprig_deepCopy",
                "spew_sdump",
            )
            for value in (DEEP, DEEP_MAP, WIDE)
        ],
        ("toTOML", ({"a": DEEP},)),
        ("toTOML", (DEEP_MAP,)),
        ("toTOML", ({"a": WIDE},)),
        ("sprig_toString", (DEEP,)),
        ("sprig_toString", (WIDE,)),
        ("sprig_quote", (WIDE,)),
        ("sprig_deepEqual", (DEEP, [DEEP])),
        ("sprig_merge", (deep_map(), deep_map())),
        ("sprig_merge", (wide_map(), wide_map())),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bombs_fail(name: str, arguments: tuple[Any, ...]) -> None:
    """Each is refused before it has taken what it asks for."""
    with pytest.raises(FunctionFailed):
        call(name, *arguments)


def test_braces_that_nobody_closes_cost_little() -> None:
    """The time is that of the text's length: a secret's value may be such a text."""
    assert call("sprig_expandenv", "${" * 500_000) == ""


@pytest.mark.parametrize("exponent", ["9" * 10_000, "1" * 10_000 + "." + "1" * 10_000])
def test_long_numbers_are_read(exponent: str) -> None:
    """A text of many digits costs no more than it is long."""
    assert call("sprig_int", exponent) == 0
    with pytest.raises(FunctionFailed):
        call("parseInt", exponent)

"""How much free text is kept: each limit at its boundary."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.limits import check_map, check_name, check_names

FITTING: list[Callable[[], None]] = [
    lambda: check_name("x", "n" * 512),
    lambda: check_name("x", "é" * 256),
    lambda: check_names("x", [str(number) for number in range(512)]),
    lambda: check_names("x", ["n" * 512] * 32),
    lambda: check_names("x", ["a"] * 256, 256),
    lambda: check_map("x", {str(number): "" for number in range(64)}),
    lambda: check_map("x", {"n" * 128: ""}),
    lambda: check_map("x", {"n": "v" * (16 * 1024 - 1)}),
]
REFUSED: list[tuple[Callable[[], None], str]] = [
    (lambda: check_name("x", "n" * 513), "x is longer than 512 bytes"),
    (lambda: check_name("x", "é" * 257), "x is longer than 512 bytes"),
    (lambda: check_names("x", [str(number) for number in range(513)]), "x has more than 512 items"),
    (lambda: check_names("x", ["n" * 513]), "an item of x is longer than 512 bytes"),
    (lambda: check_names("x", ["n" * 512] * 32 + ["n"]), "x has more than 16384 bytes in all"),
    (lambda: check_names("x", ["a"] * 257, 256), "x has more than 256 items"),
    (lambda: check_map("x", {str(number): "" for number in range(65)}), "x has more than 64 keys"),
    (lambda: check_map("x", {"n" * 129: ""}), "a key of x is longer than 128 bytes"),
    (lambda: check_map("x", {"n": "v" * (16 * 1024)}), "x has more than 16384 bytes in all"),
    (lambda: check_map("x", {"n": "\ud800" * 6000}), "x has more than 16384 bytes in all"),
]


@pytest.mark.parametrize("check", FITTING)
def test_what_fits(check: Callable[[], None]) -> None:
    """As much as is allowed, counted in bytes."""
    check()


@pytest.mark.parametrize(("check", "text"), REFUSED)
def test_what_does_not(check: Callable[[], None], text: str) -> None:
    """One more is refused, and the text names what and how much there may be."""
    with pytest.raises(InvalidRequest) as refused:
        check()
    assert refused.value.text == text

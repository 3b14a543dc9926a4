"""How much all connections of a listener hold, and when that is too much."""

from __future__ import annotations

import pytest

from strongroom.http.held import SMALL_BYTES, Held, InFlight


def sums(in_flight: InFlight) -> tuple[int, int, int]:
    """What is held altogether."""
    return in_flight.bodies, in_flight.strangers, in_flight.answers


def test_the_sums_are_those_of_what_is_held_now() -> None:
    """A count replaces the connection's last one; a body whose client becomes known is no stranger's any more."""
    in_flight = InFlight()
    one, other = Held(in_flight), Held(in_flight)
    assert (sums(in_flight), in_flight.total, one.body) == ((0, 0, 0), 0, 0)
    one.hold_body(100, known=False)
    other.hold_body(30, known=False)
    other.hold_answer(7)
    assert (sums(in_flight), in_flight.total, one.body) == ((130, 130, 7), 137, 100)
    one.hold_body(150, known=False)
    one.hold_answer(5)
    one.hold_answer(9)
    assert (sums(in_flight), in_flight.total, one.body) == ((180, 180, 16), 196, 150)
    one.hold_body(150, known=True)
    assert sums(in_flight) == (180, 30, 16)
    one.hold_body(0, known=True)
    one.hold_answer(0)
    assert (sums(in_flight), one.body, other.body) == ((30, 30, 7), 0, 30)
    other.hold_body(0, known=False)
    other.hold_answer(0)
    assert sums(in_flight) == (0, 0, 0)


@pytest.mark.parametrize(
    ("in_flight", "known", "too_much"),
    [
        (InFlight(bodies=8000), True, False),
        (InFlight(bodies=8001), True, True),
        (InFlight(bodies=4000, answers=4000), True, False),
        (InFlight(bodies=4000, answers=4001), True, True),
        (InFlight(bodies=1000, strangers=1000), False, False),
        (InFlight(bodies=1001, strangers=1001), False, True),
        (InFlight(bodies=1001, strangers=1001), True, False),
        (InFlight(bodies=8001), False, True),
    ],
)
def test_strangers_have_an_eighth_of_the_whole(in_flight: InFlight, known: bool, too_much: bool) -> None:
    """And nobody has more than the whole, of which answers that wait are a part."""
    assert in_flight.too_much(8000, known=known) is too_much


def test_a_login_is_small() -> None:
    """64 KiB, as the documentation says."""
    assert SMALL_BYTES == 65_536

"""Who goes when there are too many connections."""

from __future__ import annotations

import pytest

from strongroom.http.crowd import Crowd, origin


class One:
    """A connection that waits until some time, or for which something is being done."""

    def __init__(self, until: float | None) -> None:
        self.until = until
        self.aborted = False

    def waiting_until(self) -> float | None:
        """That time."""
        return self.until

    def abort(self) -> None:
        """Noted."""
        self.aborted = True


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("", ""),
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_origins(address: str, expected: str) -> None:
    """An IPv4 address counts alone, IPv6 by the network that a customer has at least."""
    assert origin(address) == expected


def test_the_longest_waiting_goes() -> None:
    """Of those for which nothing is done the one goes whose time runs out first, and it isn't counted any more."""
    crowd: Crowd[One] = Crowd()
    busy, late, early, new = One(None), One(9.0), One(3.0), One(1.0)
    for each in (busy, late, early, new):
        crowd.add(each)
        crowd.place(each, "here")
    assert crowd.make_room(new) == 1
    assert [each.aborted for each in (busy, late, early, new)] == [False, False, True, False]
    assert (len(crowd), crowd.of("here")) == (3, 3)
    crowd.remove(early)
    assert crowd.of("here") == 3


def test_nobody_goes_while_all_are_busy() -> None:
    """Where something is done for all, or all are of another origin, there is no room."""
    crowd: Crowd[One] = Crowd()
    busy, other, new = One(None), One(1.0), One(2.0)
    for each, where in ((busy, "here"), (other, "there"), (new, "here")):
        crowd.add(each)
        crowd.place(each, where)
    assert crowd.make_room(new, "here") == 0
    assert crowd.make_room(new) == 1


def test_many_go_at_a_time() -> None:
    """Of a large crowd a part goes at once, so that a flood doesn't make each newcomer look at all."""
    crowd: Crowd[One] = Crowd()
    for until in range(1280):
        crowd.add(One(float(until)))
    new = One(0.0)
    crowd.add(new)
    assert crowd.make_room(new) == 20
    assert min(each.until or 0.0 for each in crowd if each is not new) == 20.0

"""The table in which all processes of a node count requests."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from strongroom.services.quotas.table import KEY_BYTES, PROBES, ROWS, Allowance, CountTable, Taken, size_bytes

OVERFLOW = 5
SECOND = 1_000_000
THREE = Allowance(most=3, window_us=SECOND)


def tables(places: int) -> list[CountTable]:
    """The same table, as each process sees it."""
    memory = memoryview(bytearray(size_bytes(places)))
    memory[:KEY_BYTES] = bytes(range(KEY_BYTES))
    return [CountTable(memory, place, places) for place in range(places)]


def beside(tag: int, number: int) -> int:
    """Another key of the same row."""
    return tag + ROWS * number


def test_a_window_allows_so_many_and_begins_anew() -> None:
    """Three of five requests pass, each is told how many are left, and after the window's end it is as at first."""
    table = tables(1)[0]
    taken = [table.take(7, OVERFLOW, THREE, now) for now in (10, 20, 30, 40, 50)]
    assert [each.allowed for each in taken] == [True, True, True, False, False]
    assert [each.remaining for each in taken] == [2, 1, 0, 0, 0]
    assert taken[3] == Taken(allowed=False, remaining=0, reset_us=SECOND - 30)
    assert table.take(7, OVERFLOW, THREE, 10 + SECOND) == Taken(allowed=True, remaining=2, reset_us=SECOND)


def test_all_processes_share_what_a_key_may_do() -> None:
    """Requests at different processes count together, and their windows end together."""
    first, second, third = tables(3)
    assert first.take(7, OVERFLOW, THREE, 10).remaining == 2
    assert second.take(7, OVERFLOW, THREE, 500).remaining == 1
    assert third.take(7, OVERFLOW, THREE, 900) == Taken(allowed=True, remaining=0, reset_us=SECOND - 890)
    assert [each.take(7, OVERFLOW, THREE, 1000).allowed for each in (first, second, third)] == [False] * 3
    assert [each.take(7, OVERFLOW, THREE, 10 + SECOND).allowed for each in (third, second, first)] == [True] * 3
    assert not third.take(7, OVERFLOW, THREE, 20 + SECOND).allowed


def test_a_process_that_replaces_another_goes_on_with_its_cells() -> None:
    """What was counted by a process that has died is still counted."""
    memory = memoryview(bytearray(size_bytes(2)))
    assert CountTable(memory, 1, 2).take(7, OVERFLOW, THREE, 10).remaining == 2
    assert CountTable(memory, 1, 2).take(7, OVERFLOW, THREE, 20).remaining == 1
    assert CountTable(memory, 0, 2).take(7, OVERFLOW, THREE, 30).remaining == 0


def test_a_block_holds_in_all_processes_beyond_the_window() -> None:
    """A key that meets its limit is refused until the block ends, wherever it asks and however often."""
    first, second = tables(2)
    once = Allowance(most=1, window_us=SECOND, block_us=10 * SECOND)
    assert first.take(7, OVERFLOW, once, 10).allowed
    assert first.take(7, OVERFLOW, once, 20) == Taken(allowed=False, remaining=0, reset_us=10 * SECOND)
    assert second.take(7, OVERFLOW, once, 5 * SECOND) == Taken(allowed=False, remaining=0, reset_us=5 * SECOND + 20)
    assert second.take(7, OVERFLOW, once, 10 * SECOND + 20).allowed


def test_keys_of_one_row_do_not_mix() -> None:
    """Keys that belong in the same row have each their own count, in every process."""
    first, second = tables(2)
    for number in range(PROBES):
        assert first.take(beside(7, number), OVERFLOW, THREE, 10).remaining == 2
    for number in reversed(range(PROBES)):
        assert second.take(beside(7, number), OVERFLOW, THREE, 20).remaining == 1
    assert first.take(beside(7, 0), OVERFLOW, THREE, 30).remaining == 0


def test_who_has_no_room_shares_one_allowance() -> None:
    """Keys that come when their rows are full count together, so many addresses don't get more than one."""
    table = tables(1)[0]
    for number in range(PROBES):
        table.take(beside(7, number), OVERFLOW, THREE, 10)
    late = [table.take(beside(7, PROBES + number), OVERFLOW, THREE, 20).allowed for number in range(6)]
    assert late == [True, True, True, False, False, False]
    assert table.take(beside(7, 0), OVERFLOW, THREE, 30).remaining == 1
    assert table.take(beside(7, 20), OVERFLOW, THREE, 20 + SECOND).remaining == 2


def test_a_block_is_not_forgotten_for_lack_of_room() -> None:
    """A key that is blocked by one process is refused by another one that has no room for it."""
    first, second = tables(2)
    once = Allowance(most=1, window_us=SECOND, block_us=10 * SECOND)
    first.take(7, OVERFLOW, once, 10)
    first.take(7, OVERFLOW, once, 20)
    for number in range(1, PROBES + 1):
        second.take(beside(7, number), OVERFLOW, THREE, 30)
    assert not second.take(7, OVERFLOW, once, 40).allowed


def test_what_is_given_back_may_be_taken_again() -> None:
    """A request that another limit refuses isn't counted."""
    table = tables(1)[0]
    for _ in range(5):
        assert table.take(7, OVERFLOW, THREE, 10).remaining == 2
        table.give_back(7, OVERFLOW, 10)
    table.give_back(7, OVERFLOW, 10)
    assert table.take(7, OVERFLOW, THREE, 10).remaining == 2


def test_a_tally_sums_all_processes_and_has_no_end() -> None:
    """What each process adds is in the sum that each of them tells."""
    first, second = tables(2)
    first.tally(9, 10)
    first.tally(9, 90 * SECOND)
    second.tally(9, 20)
    assert (first.tallied(9), second.tallied(9), first.tallied(10)) == (3, 3, 0)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 12), st.integers(0, 400_000)), max_size=120))
def test_never_more_than_allowed(asked: list[tuple[int, int, int]]) -> None:
    """However requests of some keys of one row fall on processes, no key passes more than thrice in its window."""
    processes, now = tables(4), 1
    passed: dict[int, list[int]] = {}
    for place, number, later in asked:
        now += later
        if processes[place].take(beside(7, number), OVERFLOW, THREE, now).allowed:
            times = passed.setdefault(number, [])
            times.append(now)
            # A window begins with a request, so four in less than one window lie in two windows at the most.
            assert len([each for each in times if each > now - SECOND]) <= 2 * THREE.most

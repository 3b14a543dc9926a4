"""The cache by itself: its bounds."""

from __future__ import annotations

import weakref

from strongroom.barrier.cache import Cache, Row
from strongroom.barrier.derived import Basis, Derived


def test_the_cache_is_bounded_in_bytes() -> None:
    """However many rows are read, keys and values kept stay below the bound, and the newest stay."""
    cache = Cache(100_000)
    for number in range(1000):
        cache.keep(f"key/{number}", Row(number, bytes(1000)))
        cache.row("key/0")
    kept = [number for number in range(1000) if cache.row(f"key/{number}") is not None]
    assert 50 <= len(kept) <= 100
    assert kept[0] == 0  # read again and again
    assert kept[1:] == list(range(1000 - len(kept) + 1, 1000))
    for number in range(1000):
        cache.keep("same", Row(number, bytes(1000)))
    assert cache.row("key/999") is not None  # replacing a row counts once


def test_derived_values_are_bounded() -> None:
    """Merged rules of a million clients don't stay in memory; what is used again and again does."""
    cache = Cache(100_000_000)
    for number in range(40_000):
        cache.keep_derived(number, Derived(number, Basis({"k": 1}, frozenset({"p/"}))))
        cache.derived(0)
    kept = sum(cache.derived(number) is not None for number in range(40_000))
    assert 0 < kept <= 16_384
    assert cache.derived(0) is not None
    cache.changed(1, ["p/x"])
    assert all(cache.derived(number) is None for number in range(40_000))


def test_derived_values_are_bounded_in_bytes() -> None:
    """What rests on large rows takes the place of others; the newest stays, whatever its size."""
    cache = Cache(1_000_000)
    for number in range(100):
        cache.keep(f"k/{number}", Row(1, bytes(5000)))
        cache.keep_derived(number, Derived(number, Basis({f"k/{number}": 1}, frozenset())))
    kept = [number for number in range(100) if cache.derived(number) is not None]
    assert kept == list(range(100 - len(kept), 100))
    assert 10 <= len(kept) <= 25
    for number in range(30):
        cache.keep(f"r/{number}", Row(1, bytes(30_000)))
    rows = {f"r/{number}": 1 for number in range(30)}
    cache.keep_derived("router", Derived("router", Basis(rows, frozenset())))
    assert cache.derived("router") is not None
    cache.changed(1, ["r/29"])
    cache.keep_derived("small", Derived("small", Basis({"s": 1}, frozenset())))
    assert cache.derived("router") is None
    assert cache.derived("small") is not None


def test_names_of_nothing_take_room_too() -> None:
    """A value that rests on very many absent rows is as large as their names."""
    cache = Cache(1_000_000)
    for number in range(10):
        keys = {f"policy/{number}/{n}": 0 for n in range(500)}
        cache.keep_derived(number, Derived(number, Basis(keys, frozenset())))
    assert [number for number in range(10) if cache.derived(number) is not None] == [7, 8, 9]


def test_a_huge_row_costs_no_other_its_place() -> None:
    """It is read anew each time, rather than kept in the place of everything else."""
    cache = Cache(320_000)
    cache.keep("small", Row(1, bytes(100)))
    cache.keep("fits", Row(1, bytes(9000)))
    cache.keep("huge", Row(1, bytes(10_000)))
    assert cache.row("huge") is None
    assert cache.row("small") is not None
    assert cache.row("fits") is not None
    cache.keep("fits", Row(2, bytes(10_000)))
    assert cache.row("fits") is None  # nor is the older one taken for it


def test_decoded_records_count() -> None:
    """A row with its record takes three times its bytes, and makes room for them."""
    cache = Cache(100_000)
    rows = {f"key/{number}": Row(1, bytes(1000)) for number in range(60)}
    for key, row in rows.items():
        cache.keep(key, row)
        cache.decoded(key, row)
    kept = [key for key in rows if cache.row(key) is not None]
    assert 20 <= len(kept) <= 30
    cache.decoded("key/0", rows["key/0"])  # it has gone already
    cache.changed(1, rows)
    for number in range(50):
        cache.keep(f"other/{number}", Row(1, bytes(1000)))
    assert all(cache.row(f"other/{number}") is not None for number in range(50))  # nothing is counted twice or for ever


def test_the_history_is_bounded_in_keys() -> None:
    """A few commits that name very many keys aren't remembered for long, and a question further back isn't answered."""
    cache = Cache(1)
    for revision in range(1, 11):
        cache.changed(revision, [f"{revision}/{number}" for number in range(40_000)])
    assert cache.changes_since(10) == []
    assert len(cache.changes_since(7) or ()) == 120_000
    assert cache.changes_since(6) is None
    cache.clear(11)
    cache.changed(12, [f"{number}" for number in range(200_000)])
    assert len(cache.changes_since(11) or ()) == 200_000  # the last one always is


def test_a_value_that_has_ended_keeps_no_names_of_rows() -> None:
    """Values made of a table that changes again and again hold one state of it in memory, not each."""
    cache = Cache(1_000_000)
    states = []
    for number in range(100):
        basis = Basis({f"mount/{mount}": number for mount in range(100)}, frozenset())
        states.append(weakref.ref(basis))
        cache.keep_derived("router", Derived("router", basis))
        cache.keep_derived(("decision", number), Derived("kept", Basis({"token": 1}, frozenset()), (basis,)))
        del basis
        cache.changed(number, ["mount/0"])
    assert [state for state in states if state() is not None] == []
    assert cache.derived(("decision", 99)) is None

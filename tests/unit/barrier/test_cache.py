"""The cache by itself: its bounds."""

from __future__ import annotations

from strongroom.barrier.cache import Cache, Derived, Row


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
    cache = Cache(1)
    for number in range(10_000):
        cache.keep_derived(number, Derived(number, {"k": 1}, frozenset({"p/"})))
        cache.derived(0)
    kept = sum(cache.derived(number) is not None for number in range(10_000))
    assert 0 < kept <= 4096
    assert cache.derived(0) is not None
    cache.changed(1, ["p/x"])
    assert all(cache.derived(number) is None for number in range(10_000))

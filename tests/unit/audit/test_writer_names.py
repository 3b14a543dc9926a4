"""Names of writers: they stand in logs that later releases have to know again."""

from __future__ import annotations

from strongroom.audit.writer import Writers
from strongroom.lib.rand import SystemRandom


class Counting:
    """Random bytes that are none."""

    def bytes(self, count: int) -> bytes:
        """0, 1, 2, …"""
        return bytes(range(count))


def test_a_name_is_made_as_it_always_was() -> None:
    """The machine's name in plain characters and not too long, twelve digits, and sixteen of a keyed digest."""
    name = Writers(b"key", "node/1 " + "x" * 80, Counting()).new()
    assert name == "node_1_" + "x" * 57 + "-000102030405-6b66356d6eea3e62"


def test_a_store_knows_its_own_writers_and_no_others() -> None:
    """Another store's key, another digit, or a name without a digest makes a stranger of it."""
    ours, theirs = Writers(b"key", "node", SystemRandom()), Writers(b"other", "node", SystemRandom())
    name = ours.new()
    assert ours.own(name)
    assert ours.new() != name
    changed = name[:-1] + ("0" if name[-1] != "0" else "1")
    assert [ours.own(other) for other in (theirs.new(), changed, f"x{name}", "node", "", "-")] == [False] * 6

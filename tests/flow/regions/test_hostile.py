"""A first region that says what can't be: the follower says so, and keeps what it has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from strongroom.lib.errors import UpstreamFailed
from strongroom.services.region import wire
from strongroom.services.region.wire import Point
from tests.flow.regions.regions import Regions, fill, shared

replace = msgspec.structs.replace


def rows(**changed: Any) -> Callable[[str, msgspec.Struct], msgspec.Struct]:
    """Says this in each answer with rows."""
    return lambda path, said: replace(said, **changed) if path == wire.ROWS else said


def with_row(key: str, value: bytes | None) -> Callable[[str, msgspec.Struct], msgspec.Struct]:
    """Puts a row into each answer with rows."""

    def alter(path: str, said: msgspec.Struct) -> msgspec.Struct:
        return replace(said, rows={**said.rows, key: value}) if isinstance(said, wire.RowsSaid) else said

    return alter


@pytest.mark.parametrize(
    "alter",
    [
        with_row("local/root/region/state", None),
        with_row("core/seal/shamir", b"{}"),
        with_row("shared/root/sys/audit/x", b"1"),
        with_row("shared//x", b"1"),
        rows(through=Point(1, b"one")),
        rows(head=Point(1, b"one")),
        rows(head=Point(1 << 62, b"far"), through=Point((1 << 62) + 1, b"further")),
        rows(at=float("nan")),
        rows(rows={f"shared/root/kv/{number}": None for number in range(wire.MOST_ROWS + 1)}),
    ],
    ids=["state", "seal", "audit", "no key", "backwards", "old head", "beyond", "no time", "too many"],
)
async def test_a_follower_changes_nothing_for_what_cannot_be(
    alter: Callable[[str, msgspec.Struct], msgspec.Struct],
) -> None:
    """Neither when it follows, nor when it is gathering a whole copy."""
    regions = await Regions.start()
    await regions.first.ok("POST", "kv/a", {"value": "1"})
    await regions.join()
    await regions.level()
    await regions.first.ok("POST", "kv/a", {"value": "2"})
    before, progress = shared(regions.second), await regions.progress()
    regions.between.alter = alter
    with pytest.raises(UpstreamFailed, match="the first region gave no usable answer"):
        await regions.level()
    assert (shared(regions.second), await regions.progress()) == (before, progress)
    regions.between.alter = None
    await regions.level()
    assert (await regions.second.ok("GET", "kv/a")).data == {"value": "2"}


async def test_a_history_without_an_end_is_gathered_and_never_served() -> None:
    """Each answer leads one commit further, of more than anybody could count: no step asks forever."""
    regions = await Regions.start()
    await regions.join()
    await regions.level()
    before, asked = shared(regions.second), len(regions.between.paths)
    number = (await regions.progress()).commit.number

    def alter(path: str, said: msgspec.Struct) -> msgspec.Struct:
        nonlocal number
        number += 1
        return wire.RowsSaid(Point(1 << 60, b"far"), Point(number, b"on"), 1.0, {"shared/root/kv/x": b"?"})

    regions.between.feeding, regions.between.alter = Saying(), alter  # type: ignore[assignment]
    catching_up = await regions.catching_up()
    for _ in range(5):
        assert not await catching_up.step()
    assert len(regions.between.paths) - asked < 100
    assert shared(regions.second) == before
    assert (await regions.progress()).commit.number < number - 50


class Saying:
    """A first region whose answers a test makes."""

    async def answer(self, path: str, body: bytes, certificate: str) -> msgspec.Struct:
        """Anything."""
        return wire.KeyAsked(0)


async def test_pages_that_lead_nowhere_are_refused() -> None:
    """A copy that begins again and again would never end."""
    regions = await Regions.start()
    await fill(regions.first, 200, "1")
    await regions.join()
    regions.between.alter = lambda path, said: replace(said, last="a", rows={}) if path == wire.PAGE else said
    catching_up = await regions.catching_up()
    assert not await catching_up.step()
    with pytest.raises(UpstreamFailed, match="the first region gave no usable answer"):
        await catching_up.step()


async def test_rows_that_the_keys_do_not_open_are_told_when_they_are_read() -> None:
    """Whoever has no keys can put nothing in a row's place: it is an error, and no other answer."""
    regions = await Regions.start()
    await regions.first.ok("POST", "kv/a", {"value": "1"})
    await regions.join()
    await regions.level()
    [key] = [key for key in shared(regions.first) if key.endswith("/a")]
    await regions.first.ok("POST", "kv/b", {"value": "2"})
    regions.between.alter = with_row(key, b"forged")
    await regions.level()
    answer = await regions.second.ask("GET", "kv/a")
    assert answer.status == 500
    assert (await regions.second.ok("GET", "kv/b")).data == {"value": "2"}


async def test_many_heads_ahead_of_the_rows_can_be_removed_and_counted() -> None:
    """A follower that hears for hours and gets no rows keeps a bounded list. It can take over, and be promoted."""
    regions = await Regions.start()
    await regions.join()
    await regions.level()
    hearing = await regions.hearing()
    for number in range(1010):
        await fill(regions.first, 1, str(number))
        await hearing.step()
    heads = [key for key in regions.second.rows() if key.startswith("local/root/region/head/")]
    assert len(heads) == 1000
    status = (await regions.second.ok("GET", "sys/region/status")).data
    assert status["lacking"] == 1 + 10  # the same row each time; the last ones are only counted
    await regions.level()
    assert (await regions.second.ok("GET", "sys/region/status")).data["lacking"] == 0
    assert (await regions.second.ok("PUT", "sys/region/promote")).data["lacking"] == []

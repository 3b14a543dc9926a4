"""The example `encrypted_columns`: killed at any moment, it loses no row, and the next run ends its work."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable

import pytest

from tests.conformance.examples.shop import IN_THE_BATCH, IN_THE_COMMIT, SLOW, Shop
from tests.conformance.program import Program
from tests.sim.cutting_proxy import CuttingProxy
from tests.sim.silent_proxy import SilentProxy

# What a killed program leaves is the database's matter, whichever server it had asked.
pytestmark = pytest.mark.parametrize("shop", ["ours"], indirect=True)

ROWS = 300
BATCH = 50


@pytest.mark.parametrize(
    ("trigger", "statement", "changed"),
    [(IN_THE_BATCH, "query LIKE 'UPDATE%'", 100), (IN_THE_COMMIT, "query = 'COMMIT'", 150)],
    ids=["within a batch", "within a commit"],
)
def test_killed_inside_the_database(shop: Shop, trigger: str, statement: str, changed: int) -> None:
    """Half a batch doesn't count; a commit that the database has begun does, though nobody hears of it."""
    people = _rotated(shop)
    with shop.holding(trigger):
        program = shop.start("rewrap", "--rows", str(BATCH))
        shop.wait_for_sessions(1, f"wait_event = 'advisory' AND {statement}")
        program.kill()
        assert shop.versions() == {1: 200, 2: 100}
    shop.wait_for_sessions(0)
    assert shop.versions() == {1: ROWS - changed, 2: changed}
    shop.sql("DROP TRIGGER hold ON customers")
    _goes_on(shop, people, changed)


@pytest.mark.parametrize("passes_on", [False, True], ids=["before the server gets it", "before the answer comes"])
async def test_killed_while_it_asks(shop: Shop, passes_on: bool) -> None:
    """A batch whose answer never came has changed nothing."""
    people = await asyncio.to_thread(_rotated, shop)
    async with SilentProxy(int(shop.server.address.rpartition(":")[2])) as proxy:
        program = await asyncio.to_thread(shop.behind(proxy.port).start, "rewrap", "--rows", str(BATCH))
        for _ in range(3):  # the first and the second batch pass, the third doesn't
            proxy.fall_silent_at(b"/v1/transit/rewrap", passes_on=passes_on)
            proxy.speak()
            await _silent(proxy, program)
        await asyncio.to_thread(program.kill)
    assert await asyncio.to_thread(shop.versions) == {1: 200, 2: 100}
    await asyncio.to_thread(_goes_on, shop, people, 100)


async def test_changed_while_it_asks(shop: Shop) -> None:
    """A row that the application changes after it was read keeps its new texts: the old ones aren't written back."""
    people = await asyncio.to_thread(_rotated, shop)
    async with SilentProxy(int(shop.server.address.rpartition(":")[2])) as proxy:
        proxy.fall_silent_at(b"/v1/transit/rewrap", passes_on=True)
        program = await asyncio.to_thread(shop.behind(proxy.port).start, "rewrap", "--rows", str(BATCH))
        await _silent(proxy, program)
        await asyncio.to_thread(shop.run, "change", "3", given="Ada,new@example.com,DE2\n")
        await asyncio.to_thread(shop.sql, "DELETE FROM customers WHERE id = 4")
        proxy.speak()
        assert await asyncio.to_thread(program.wait) == 0
    del people[4]
    assert await asyncio.to_thread(shop.shown) == {**people, 3: ["Ada", "new@example.com", "DE2"]}
    assert await asyncio.to_thread(shop.versions) == {2: ROWS - 1}


async def test_a_broken_connection(shop: Shop) -> None:
    """A question whose answer gets lost is asked again."""
    people = await asyncio.to_thread(_rotated, shop)
    async with CuttingProxy(int(shop.server.address.rpartition(":")[2])) as proxy:
        proxy.cut_at(b"/v1/transit/rewrap", passes_on=True)
        await asyncio.to_thread(shop.behind(proxy.port).run, "rewrap", "--rows", str(BATCH))
        assert proxy.cuts == 1
    assert await asyncio.to_thread(shop.versions) == {2: ROWS}
    assert await asyncio.to_thread(shop.shown) == people


def test_killed_again_and_again(shop: Shop) -> None:
    """At ten moments, each a little later than the last: every row can be read each time, and none moves back."""
    people = _rotated(shop)
    shop.sql(SLOW)  # or a program is done before a busy machine has looked at it
    chance, done = random.Random(11), 0
    for _ in range(10):
        program = shop.start("rewrap", "--rows", "4")
        program.wait_for(_has_changed(program, chance.randint(1, 3)))
        time.sleep(chance.random() / 10)
        program.kill()
        shop.wait_for_sessions(0)
        versions = shop.versions()
        assert done < versions[2] < ROWS
        done = versions[2]
        assert versions == {1: ROWS - done, 2: done}
        assert done % 4 == 0
        assert shop.shown() == people
    shop.sql("DROP TRIGGER slow ON customers")
    _goes_on(shop, people, done)


def _rotated(shop: Shop) -> dict[int, list[str]]:
    people = shop.fill(ROWS)
    shop.run("rotate")
    return people


def _goes_on(shop: Shop, people: dict[int, list[str]], done: int) -> None:
    """After a kill all rows can be read; another run begins where that one was ended, and leaves none behind."""
    assert shop.shown() == people
    changed = [row for row in shop.stored() if row[1].startswith("vault:v2:")]
    assert f"] {done} of {ROWS} rows" in shop.run("rewrap", "--rows", str(BATCH)).stderr.splitlines()[0]
    assert shop.versions() == {2: ROWS}
    assert [row for row in shop.stored() if row in changed] == changed
    assert shop.shown() == people


async def _silent(proxy: SilentProxy, program: Program) -> None:
    while not proxy.is_silent:
        assert program.process.poll() is None, program.log_text()
        await asyncio.sleep(0.01)


def _has_changed(program: Program, batches: int) -> Callable[[], bool]:
    return lambda: len(program.log_text().splitlines()) > batches

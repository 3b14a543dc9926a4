"""Everything moves from one store to another, once, and nothing else is touched."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from strongroom.lib.errors import StorageError
from strongroom.lib.rand import SystemRandom
from strongroom.storage.base import Limits, Revision, Storage
from strongroom.storage.inmem import InmemStorage
from strongroom.storage.transfer.migrating import Migration, MigrationRefused, Moved, refuse_unfinished, reset
from strongroom.storage.transfer.migrating.checkpoint import KEY, Checkpoint
from strongroom.storage.transfer.migrating.holding import ROLE, TTL_S
from tests.sim.clock import SetClock
from tests.sim.faulty_storage import Fail, Fault, FaultyStorage, Plan, Unknown

NODES = "shared/root/sys/node/"
DEAD = Fail(StorageError("the disk died"))
NOTHING = Revision(0, b"")
ROWS = {f"shared/root/{number:05}": b"%d" % number * 3 for number in range(1600)}


def untold(doing: str, done: int, total: int) -> None:
    """Progress that nobody looks at."""


def migration(source: Storage, destination: Storage, *, holder: str = "one", quiet_s: float = 0.0) -> Migration:
    """A migration that counts a source as stopped at once."""
    return Migration(source, destination, holder, NODES, quiet_s, untold)


def on_two(scenario: Callable[[InmemStorage, InmemStorage], Awaitable[None]]) -> None:
    """Run a scenario on a store with rows, and an empty one."""

    async def main() -> None:
        source, destination = InmemStorage(SetClock(), SystemRandom()), InmemStorage(SetClock(), SystemRandom())
        await source.start()
        await destination.start()
        for start in range(0, len(ROWS), 500):
            await source.commit({}, dict(list(ROWS.items())[start : start + 500]), {})
        await scenario(source, destination)

    asyncio.run(main())


async def rows(storage: Storage) -> dict[str, bytes]:
    """All rows of a store, but those of roles."""
    names = [name for name in (await storage.scan("")).names if not name.startswith("role/")]
    return {key: entry.value for key, entry in (await storage.get_many(names)).entries.items()}


def test_everything_moves_but_what_running_processes_have() -> None:
    """Rows of roles and of nodes stay behind, and no mark of the migration does."""

    async def scenario(source: InmemStorage, destination: InmemStorage) -> None:
        await source.lock("expiry", "a-server", 60)
        await source.commit({}, {NODES + "here": b"seen"}, {})
        moved = await migration(source, destination).run()
        assert await rows(destination) == ROWS
        assert (moved.finished, moved.resumed, moved.compared.rows, moved.compared.changed) == (True, False, 1600, 0)
        assert moved.revision == await source.synced()
        await refuse_unfinished(destination)

    on_two(scenario)


def test_two_stores_with_equal_rows_have_equal_hashes() -> None:
    """The hash is of keys and values, whatever the commits were."""

    async def scenario(source: InmemStorage, destination: InmemStorage) -> None:
        first = await migration(source, destination).run()
        third = InmemStorage(SetClock(), SystemRandom())
        await third.start()
        second = await migration(destination, third).run()
        assert first.compared.sha256 == second.compared.sha256
        await destination.commit({}, {"shared/root/00007": b"else"}, {})
        fourth = InmemStorage(SetClock(), SystemRandom())
        await fourth.start()
        assert (await migration(destination, fourth).run()).compared.sha256 != first.compared.sha256

    on_two(scenario)


def test_a_destination_with_rows_is_refused_by_name() -> None:
    """Nothing is written to it."""

    async def scenario(source: InmemStorage, destination: InmemStorage) -> None:
        await destination.commit({}, {"core/keyring": b"another"}, {})
        with pytest.raises(MigrationRefused, match="isn't empty: it has 'core/keyring'"):
            await migration(source, destination).run()
        assert await rows(destination) == {"core/keyring": b"another"}

    on_two(scenario)


def test_an_empty_source_is_refused() -> None:
    """A mistyped name of a table would otherwise give an empty store, and a success."""

    async def scenario(full: InmemStorage, empty: InmemStorage) -> None:
        other = InmemStorage(SetClock(), SystemRandom())
        await other.start()
        with pytest.raises(MigrationRefused, match="the source is empty"):
            await migration(empty, other).run()

    on_two(scenario)


def test_values_over_the_limits_are_named_before_anything_is_written() -> None:
    """The destination takes small values only, and stays as it was."""

    async def scenario(source: InmemStorage, destination: InmemStorage) -> None:
        destination.limits = Limits(keys=64, bytes=200_000, value_bytes=100_000)
        await source.commit({}, {"shared/large": bytes(100_001), "shared/fits": bytes(100_000)}, {})
        with pytest.raises(MigrationRefused, match=r"1 rows are larger .* shared/large \(100001 bytes\)"):
            await migration(source, destination).run()
        assert await rows(destination) == {}
        await source.commit({}, {"shared/large": None}, {})
        await migration(source, destination).run()
        assert await rows(destination) == {**ROWS, "shared/fits": bytes(100_000)}

    on_two(scenario)


def test_two_migrations_don_t_meet() -> None:
    """While one has the lock, another one is refused; when a dead one's lock has ended, it goes on."""

    async def main() -> None:
        clock = SetClock()
        source, destination = InmemStorage(clock, SystemRandom()), InmemStorage(clock, SystemRandom())
        await source.start()
        await destination.start()
        await source.commit({}, dict(list(ROWS.items())[:100]), {})
        assert await destination.lock(ROLE, "another", TTL_S) is not None
        with pytest.raises(MigrationRefused, match="another migration writes"):
            await migration(source, destination).run()
        begun = Checkpoint(NOTHING, NOTHING, "", False, 0)
        await destination.commit({}, {KEY: begun.encode()}, {})
        with pytest.raises(MigrationRefused, match="another migration writes"):
            await reset(destination, "one", untold)
        clock.advance(TTL_S + 1)
        assert (await migration(source, destination).run()).resumed

    asyncio.run(main())


async def _interrupted(source: Storage, destination: InmemStorage, commits: int, fault: Fault = DEAD) -> None:
    """A migration whose destination fails after so many commits, of which a page takes many."""
    destination.limits = Limits(keys=102, bytes=1 << 20, value_bytes=1 << 20)
    with pytest.raises(StorageError, match="died"):
        await migration(source, FaultyStorage(destination, Plan(commit=[None] * commits + [fault]))).run()


@pytest.mark.parametrize("commits", range(1, 21))
def test_an_interrupted_migration_goes_on(commits: int) -> None:
    """The source has changed meanwhile: rows before and after the place where it stopped, new, gone and other."""

    async def scenario(source: InmemStorage, destination: InmemStorage) -> None:
        await _interrupted(source, destination, commits, DEAD if commits % 2 else Unknown(took_place=True))
        with pytest.raises(StorageError, match="isn't finished"):
            await refuse_unfinished(destination)
        changes: dict[str, bytes | None] = {
            "shared/root/00003": None,
            "shared/root/01400": None,
            "a": b"new",
            "z": b"new",
        }
        await source.commit({}, {**changes, "shared/root/00004": b"x", "shared/root/01401": b"x"}, {})
        moved = await migration(source, destination).run()
        assert (moved.resumed, moved.finished) == (True, True)
        assert await rows(destination) == await rows(source)

    on_two(scenario)


def test_another_source_isn_t_gone_on_with() -> None:
    """The destination has a part of one store; the rest of another one would make nothing whole."""

    async def scenario(source: InmemStorage, destination: InmemStorage) -> None:
        await _interrupted(source, destination, 2)
        other = InmemStorage(SetClock(), SystemRandom())
        await other.start()
        for key, value in list(ROWS.items())[:9]:
            await other.commit({}, {key: value}, {})
        with pytest.raises(MigrationRefused, match="a part of another store"):
            await migration(other, destination).run()

    on_two(scenario)


def test_a_reset_removes_what_a_migration_left_and_nothing_else() -> None:
    """A store without the mark of a migration isn't touched."""

    async def scenario(source: InmemStorage, destination: InmemStorage) -> None:
        await _interrupted(source, destination, 3)
        assert await reset(destination, "one", untold) == 200
        assert await rows(destination) == {}
        assert (await migration(source, destination).run()).resumed is False
        assert await reset(destination, "one", untold) == 0
        assert await rows(destination) == ROWS

    on_two(scenario)


class Meddling(FaultyStorage):
    """A source that somebody else writes to whenever it is asked how far it is."""

    def __init__(self, inner: Storage, commits: int) -> None:
        super().__init__(inner, Plan())
        self._left = commits

    async def get_many(self, keys):  # type: ignore[no-untyped-def]
        """As the inner store; then a row changes, one goes and one comes."""
        found = await super().get_many(keys)
        if self._left:
            self._left -= 1
            number = self._left
            changes: dict[str, bytes | None] = {
                f"shared/root/{number:05}": None,
                f"a/{number}": b"n",
                "shared/root/01499": b"%d" % number,
            }
            await self.commit({}, changes, {})
        return found


def test_a_source_that_is_written_comes_over_as_it_is_in_the_end() -> None:
    """What was written before its revision is there; what comes later isn't, and is told."""

    async def scenario(source: InmemStorage, destination: InmemStorage) -> None:
        moved: Moved = await migration(Meddling(source, 5), destination).run()
        # Four pages were copied, and the first page of the comparison was met with another change.
        assert (moved.finished, moved.compared.changed) == (False, 3)
        with pytest.raises(StorageError, match="isn't finished"):
            await refuse_unfinished(destination)
        assert (await migration(source, destination).run()).finished
        assert await rows(destination) == await rows(source)

    on_two(scenario)


def test_a_source_whose_nodes_run_isn_t_finished() -> None:
    """A node that writes its row while it is waited for is found, though nothing else changes."""

    async def scenario(source: InmemStorage, destination: InmemStorage) -> None:
        await source.commit({}, {NODES + "here": b"1"}, {})

        async def beat() -> None:
            await asyncio.sleep(0.1)
            await source.commit({}, {NODES + "here": b"2"}, {})

        beating = asyncio.create_task(beat())
        assert not (await migration(source, destination, quiet_s=5.0).run()).finished
        await beating

    on_two(scenario)


def test_a_row_that_is_wrong_in_the_destination_is_found() -> None:
    """Somebody wrote to it meanwhile: the comparison names the row, and the store stays unfinished."""

    async def scenario(source: InmemStorage, destination: InmemStorage) -> None:
        await _interrupted(source, destination, 10)
        await destination.commit({}, {"shared/root/00005": b"wrong", "shared/root/00005a": b"more"}, {})
        with pytest.raises(MigrationRefused, match=r"2 rows .*: shared/root/00005, shared/root/00005a"):
            await migration(source, destination).run()
        with pytest.raises(StorageError, match="isn't finished"):
            await refuse_unfinished(destination)

    on_two(scenario)


def test_the_part_that_an_unfinished_migration_has_moved_is_no_source() -> None:
    """A copy of it would count as finished, and a server would start on a part of the store."""

    async def scenario(source: InmemStorage, destination: InmemStorage) -> None:
        part = InmemStorage(SetClock(), SystemRandom())
        await part.start()
        mark = Checkpoint(await source.synced(), await source.synced(), "shared/root/00100", False, 100)
        await part.commit({}, {KEY: mark.encode(), **dict(list(ROWS.items())[:100])}, {})
        with pytest.raises(MigrationRefused, match="the source has only a part of another store"):
            await migration(part, destination).run()
        assert await rows(destination) == {}

    on_two(scenario)

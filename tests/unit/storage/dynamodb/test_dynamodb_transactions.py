"""What is read while transactions are under way, whose items are written one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from strongroom.lib.errors import Conflict
from strongroom.storage.base import Revision, Storage
from strongroom.storage.conditional.cells import Guard, MovingError, UnclearError
from strongroom.storage.conditional.layout import HEAD
from strongroom.storage.dynamodb.items import key_of
from strongroom.storage.dynamodb.service import RefusedError
from tests.sim.aws.slow_transactions import SlowTransactions
from tests.sim.virtual_time import run
from tests.unit.storage.dynamodb.tables import cells_on, store_on

ROUNDS = 40


@asynccontextmanager
async def two_processes(table: SlowTransactions) -> AsyncIterator[tuple[Storage, Storage]]:
    """Two stores on one table; while one is used, the other writes."""
    one, two = store_on(table), store_on(table)
    await one.start()
    await two.start()
    yield one, two
    await one.close()
    await two.close()


async def _write(storage: Storage, rounds: int) -> None:
    """Two rows that are always equal, and a folder that always has one name."""
    for number in range(1, rounds + 1):
        value = b"%d" % number
        writes = {"a": value, "z": value, f"folder/{number:03}": value, f"folder/{number - 1:03}": None}
        await storage.commit({}, writes if number > 1 else dict(list(writes.items())[:3]), {})


@pytest.mark.parametrize("seed", range(4))
def test_nothing_torn_is_read(seed: int) -> None:
    """Rows of one commit are read together, listings and the feed go with them, and no revision is told too early."""

    async def main() -> None:
        async with two_processes(SlowTransactions(seed)) as (writer, reader):
            await _write(writer, 1)
            writing = asyncio.create_task(_write(writer, ROUNDS))
            seen: Revision = await reader.synced()
            while not writing.done():
                rows = (await reader.get_many(["a", "z"])).entries
                assert rows["a"].value == rows["z"].value
                assert len((await reader.list("folder/")).names) == 1
                told = await reader.synced()
                row = await reader.get("a")
                assert row is not None and row.revision >= told.number
                if told != seen:
                    assert {"a", "z"} <= set(await reader.changed_since(seen))
                seen = told
            await writing
            row = await reader.get("z")
            assert row is not None and row.value == b"%d" % ROUNDS

    run(main)


@pytest.mark.parametrize("seed", range(3))
def test_of_two_writers_each_commit_counts_once(seed: int) -> None:
    """Both read a row and write it anew, without losing a step."""

    async def add(storage: Storage) -> None:
        added = 0
        while added < 10:
            found = (await storage.get_many(["n"])).entries.get("n")
            number = int(found.value) if found is not None else 0
            reads = {"n": found.revision if found is not None else 0}
            try:
                await storage.commit(reads, {"n": b"%d" % (number + 1)}, {})
            except Conflict:
                continue
            added += 1

    async def main() -> None:
        async with two_processes(SlowTransactions(seed)) as (one, two):
            await asyncio.gather(add(one), add(two))
            found = await one.get("n")
            assert found is not None and found.value == b"20"

    run(main)


def test_a_head_is_told_when_all_of_its_transaction_is_written() -> None:
    """A process that meets a new head waits for the rest, and asks for it once."""

    async def main() -> None:
        table = SlowTransactions(step_s=0.5)
        writer, reader = cells_on(table), cells_on(table)
        writing = asyncio.create_task(writer.write({HEAD: b"1", "feed/1": b"1", "rows/a": b"1"}, Guard(HEAD, 0)))
        while HEAD not in await reader.read([HEAD]):
            await asyncio.sleep(0.01)
        assert set(await reader.read(["feed/1", "rows/a"])) == {"feed/1", "rows/a"}
        assert await writing == 1
        table.asked.clear()
        assert (await reader.read([HEAD]))[HEAD].version == 1
        assert table.asked == ["GetItem"]

    run(main)


def test_a_lost_answer_is_settled_by_asking_again() -> None:
    """The same transaction with the same token isn't carried out twice, and its answer is that of the first."""

    async def main() -> None:
        table = SlowTransactions()
        cells = cells_on(table)
        table.lost = ["TransactWriteItems", "PutItem"]
        assert await cells.write({HEAD: b"1", "rows/a": b"1"}, Guard(HEAD, 0)) == 1
        assert table.asked.count("TransactWriteItems") == 2
        assert await cells.write({"parts/a": b"1"}) == 1
        assert await cells.write({HEAD: b"2", "rows/a": None}, Guard(HEAD, 0)) == 0
        assert (await cells.read([HEAD, "rows/a"]))["rows/a"].value == b"1"

    run(main)


def test_a_refusal_after_a_lost_answer_is_no_certainty() -> None:
    """The first attempt may have moved the head, so that the second's condition failed."""

    async def main() -> None:
        table = SlowTransactions()
        cells = cells_on(table)
        failed = {
            "__type": "x#TransactionCanceledException",
            "CancellationReasons": [{"Code": "ConditionalCheckFailed"}],
        }
        table.refused["TransactWriteItems"] = [(500, {"__type": "x#InternalServerError"}), (400, failed)]
        with pytest.raises(UnclearError):
            await cells.write({HEAD: b"1", "rows/a": b"1"}, Guard(HEAD, 0))
        table.refused["PutItem"] = [(500, {}), (400, {"__type": "x#ValidationException"})]
        with pytest.raises(UnclearError):
            await cells.write({"parts/a": b"1"})

    run(main)


def test_what_is_too_large_for_one_read_is_read_between_two_looks() -> None:
    """Four megabytes are the limit of a transaction that reads, and sixteen of a batch: what is left is asked again."""

    async def main() -> None:
        table = SlowTransactions(step_s=0.001)
        cells = cells_on(table)
        await cells.write({HEAD: b"1"} | {f"rows/{n}": b"%d" % n for n in range(20)}, Guard(HEAD, 0))
        refusal = (400, {"__type": "x#ValidationException", "message": "aggregated size"})
        table.refused["TransactGetItems"] = [refusal]
        table.most_read = 7
        found = await cells.read([HEAD, *(f"rows/{n}" for n in range(20))])
        assert {name: cell.value for name, cell in found.items() if name != HEAD} == {
            f"rows/{n}": b"%d" % n for n in range(20)
        }
        assert table.asked.count("BatchGetItem") == 3
        denied = (400, {"__type": "x#AccessDeniedException", "message": "no"})
        table.refused["TransactGetItems"] = [denied]
        with pytest.raises(RefusedError, match="refuses the storage's access"):
            await cells.read([HEAD, "rows/1"])

    run(main)


def test_what_moves_each_time_is_told_so() -> None:
    """Whoever reads tries again then, while all others wait; other errors are passed on."""

    async def main() -> None:
        table = SlowTransactions(step_s=0.001)
        writer, reader = cells_on(table), cells_on(table, patience_s=1.0)
        rows = {f"rows/{n}": b"1" for n in range(20)}
        version = await writer.write({HEAD: b"1"} | rows, Guard(HEAD, 0))

        async def write() -> None:
            nonlocal version
            while True:
                version = await writer.write({HEAD: b"1", "rows/0": b"1"}, Guard(HEAD, version))
                await asyncio.sleep(0.005)

        writing = asyncio.create_task(write())
        table.refused["TransactGetItems"] = [(400, {"__type": "x#ValidationException"})]
        with pytest.raises(MovingError):
            await reader.read([HEAD, *rows])
        writing.cancel()

    run(main)


def test_what_is_throttled_is_asked_again_and_counted() -> None:
    """A transaction is carried out once and whole; of a batch of which nothing was read, all is asked for again."""

    async def main() -> None:
        table = SlowTransactions(step_s=0.001)
        cells = cells_on(table)
        reasons = [{"Code": "None"}, {"Code": "ThrottlingError"}]
        table.refused["TransactWriteItems"] = [
            (400, {"__type": "x#ProvisionedThroughputExceededException"}),
            (400, {"__type": "x#TransactionCanceledException", "CancellationReasons": reasons}),
        ]
        assert await cells.write({HEAD: b"1", "rows/a": b"1"}, Guard(HEAD, 0)) == 1
        assert (table.asked.count("TransactWriteItems"), cells.service.throttled) == (3, 2)
        table.refused["TransactGetItems"] = [(400, {"__type": "x#ValidationException", "message": "aggregated size"})]
        wanted = {"t": {"Keys": [key_of("rows/a")], "ConsistentRead": True}}
        table.refused["BatchGetItem"] = [(200, {"Responses": {"t": []}, "UnprocessedKeys": wanted})]
        found = await cells.read([HEAD, "rows/a"])
        assert {name: cell.value for name, cell in found.items()} == {HEAD: b"1", "rows/a": b"1"}
        assert (table.asked.count("BatchGetItem"), cells.service.throttled) == (2, 3)

    run(main)


def test_rows_that_are_written_before_their_head_do_not_count_for_the_earlier_one() -> None:
    """A listing and a read in parts that meet a half-written transaction wait until its head is there."""

    async def main() -> None:
        table = SlowTransactions()
        table.head_last = True
        writer, reader = cells_on(table), cells_on(table)
        await writer.write({HEAD: b"1", "rows/a": b"1", "rows/b": b"1"}, Guard(HEAD, 0))
        for version in range(1, 20):
            value, name = b"%d" % (version + 1), f"rows/f/{version}"
            changes = {HEAD: value, "rows/a": value, "rows/b": value, name: value}
            writing = asyncio.create_task(writer.write(changes, Guard(HEAD, version)))
            while ("rows", f"f/{version}") not in table.items:
                await asyncio.sleep(0.001)
            if version % 2:
                listed = await reader.names("rows/f/", "", None, HEAD)
                assert listed.beside is None or len(listed.names) == listed.beside.version - 1
            else:
                table.refused["TransactGetItems"] = [(400, {"__type": "x#ValidationException"})]
                found = await reader.read([HEAD, "rows/a", "rows/b"])
                assert found[HEAD].value == found["rows/a"].value == found["rows/b"].value
            await writing

    run(main)


def test_an_altered_item_is_an_error() -> None:
    """One without a value, or without a version, isn't taken for an absent one."""

    async def main() -> None:
        table = SlowTransactions()
        cells = cells_on(table)
        await cells.write({HEAD: b"1", "rows/a": b"1"}, Guard(HEAD, 0))
        item = table.items["rows", "a"]
        for missing in ("v", "n"):
            table.items["rows", "a"] = {name: value for name, value in item.items() if name != missing}
            with pytest.raises(Exception, match="the store failed"):
                await cells.read([HEAD, "rows/a"])
        assert key_of("rows/a") == {"p": {"S": "rows"}, "k": {"S": "a"}}

    run(main)

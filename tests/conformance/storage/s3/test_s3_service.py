"""A service that doesn't do what a store needs, and one that answers late, twice or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from strongroom.lib.errors import CommitUnknown, Conflict, FeedTooOld, OutOfRange, StorageError
from strongroom.storage.base import Add
from tests.conformance.storage.s3.buckets import Buckets
from tests.conformance.storage.s3.stores import opened
from tests.sim.aws.between import Between, Passing, between
from tests.sim.aws.moto import Moto


@pytest.fixture
def way(moto_server: Moto) -> Iterator[Between]:
    """What the store's requests pass."""
    with between(moto_server) as found:
        yield found


def journal(asked: Passing) -> bool:
    """Whether a request writes to the journal."""
    return asked.verb == "PUT" and "/journal/" in asked.path


async def test_a_service_that_ignores_the_condition_is_refused(buckets: Buckets, way: Between) -> None:
    """The error names the guarantee that is missing, and nothing was written but the probe."""

    def forget(asked: Passing) -> None:
        asked.headers.pop("if-none-match", None)

    way.alter = forget
    with pytest.raises(StorageError, match="lacks conditional writes"):
        async with opened(buckets, url=way.url):
            raise AssertionError
    assert {path.split("/")[4] for verb, path in way.asked if verb == "PUT"} == {"probe"}


@pytest.mark.parametrize(("status", "text"), [(403, "AccessDenied"), (404, "NoSuchBucket"), (500, "InternalError")])
async def test_a_service_that_refuses(buckets: Buckets, way: Between, status: int, text: str) -> None:
    """The start tells what it said."""
    way.refuse = lambda _: (status, f"<Error><Code>{text}</Code></Error>".encode())
    with pytest.raises(StorageError, match=text):
        async with opened(buckets, url=way.url):
            raise AssertionError


async def test_a_lost_answer(buckets: Buckets, way: Between) -> None:
    """A commit whose answer was lost counts once, though it is sent twice, and its caller learns that it counts."""
    async with opened(buckets, url=way.url) as storage:
        lost: list[str] = []

        def lose(asked: Passing) -> bool:
            if journal(asked) and asked.path not in lost:
                lost.append(asked.path)
                return True
            return False

        way.lose = lose
        made = [await storage.commit({}, {}, {"n": Add(1, 0, 9)}) for _ in range(3)]
        assert len(lost) == 3
        assert [revision.number for revision in made] == [1, 2, 3]
        assert await storage.synced() == made[-1]
        entry = await storage.get("n")
        assert entry is not None and entry.value == b"3"


async def test_no_answer_at_all(buckets: Buckets, way: Between) -> None:
    """The caller learns that it isn't known, and its id tells later; a refusal that can't be proved is an error."""
    async with opened(buckets, url=way.url, patience_s=4.0) as storage, opened(buckets) as other:
        first = await storage.commit({}, {"k": b"1"}, {})
        way.lose = journal
        way.refuse = lambda asked: (503, b"") if asked.verb == "GET" else None
        results = await asyncio.gather(
            storage.commit({"k": first.number}, {"k": b"2"}, {}),
            storage.commit({"k": 77}, {"k": b"3"}, {}),
            return_exceptions=True,
        )
        unknown, unproved = results
        assert isinstance(unknown, CommitUnknown)
        assert isinstance(unproved, StorageError) and not isinstance(unproved, Conflict)
        with pytest.raises(StorageError):
            await storage.synced()
        way.lose, way.refuse = lambda _: False, lambda _: None
        async with storage.exclusive(5.0):
            assert await storage.committed(unknown.revision_id)
        entry = await other.get("k")
        assert entry is not None and entry.value == b"2"


async def test_a_refused_write_was_not_made(buckets: Buckets, way: Between) -> None:
    """Nothing is unknown of what the service refuses, and the next commit works."""
    async with opened(buckets, url=way.url) as storage:
        way.refuse = lambda asked: (403, b"<Error><Code>AccessDenied</Code></Error>") if journal(asked) else None
        with pytest.raises(StorageError) as refused:
            await storage.commit({}, {"k": b""}, {})
        assert not isinstance(refused.value, CommitUnknown) and "AccessDenied" in refused.value.detail
        way.refuse = lambda _: None
        assert (await storage.commit({}, {"k": b""}, {})).number == 1


async def test_conflicting_requests_and_throttling(buckets: Buckets, way: Between) -> None:
    """S3 answers 409 to a put beside another, and 503 when there are too many: tried again, and counted."""
    async with opened(buckets, url=way.url) as storage:
        answers = [
            (409, b"<Error><Code>ConditionalRequestConflict</Code></Error>"),
            (503, b"<Error><Code>SlowDown</Code></Error>"),
        ]
        way.refuse = lambda asked: answers.pop() if journal(asked) and answers else None
        assert (await storage.commit({}, {"k": b""}, {})).number == 1
        assert storage.throttled == 1


async def test_two_processes_count_together(buckets: Buckets) -> None:
    """Commits of both are in one order, and a counter's bound holds over both."""
    async with opened(buckets) as one, opened(buckets) as two:

        async def use(storage_number: int) -> bool:
            try:
                await (one, two)[storage_number % 2].commit({}, {}, {"uses": Add(1, 0, 20)})
            except OutOfRange:
                return False
            return True

        assert sum(await asyncio.gather(*map(use, range(30)))) == 20
        assert (await one.synced()).number == (await two.synced()).number == 20


async def test_a_process_that_was_paused_begins_anew(buckets: Buckets, way: Between) -> None:
    """After more than an hour of the service's clock, what it finds missing may have been removed.

    It takes neither the gap for the journal's end, nor its own object there for the next one.
    """
    async with opened(buckets, url=way.url) as paused, opened(buckets, checkpoint_turns=4) as other:
        before = await paused.commit({}, {"k": b"0"}, {})
        await paused.now()  # afterwards it asks nothing by itself
        for number in range(6):
            last = await other.commit({}, {"k": b"%d" % number}, {})
        await other.checkpoint_made()
        async with buckets.client() as client:
            page = await client.list_all("a/store/journal/")
            for each in page.objects[:4]:  # what the checkpoint replaces
                await client.delete(each.key)
        way.ahead_s = 2 * 3600.0
        with pytest.raises(CommitUnknown) as unknown:
            await paused.commit({}, {"k": b"stale"}, {})
        assert await paused.synced() == last
        assert not await paused.committed(unknown.value.revision_id)
        entry = await paused.get("k")
        assert entry is not None and entry.value == b"5"
        assert await paused.changed_since(before) == ["k"]
        made = await paused.commit({}, {"k": b"again"}, {})
        assert await other.synced() == made
        with pytest.raises(FeedTooOld):
            await other.changed_since(type(made)(made.number, unknown.value.revision_id))

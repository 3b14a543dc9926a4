"""Transactions: one state of the store is read, all or nothing is written, and what is believed still holds."""

from __future__ import annotations

import asyncio

import pytest

from strongroom.barrier.barrier import Barrier
from strongroom.barrier.settling import settled
from strongroom.barrier.stable import Restart, StableValues
from strongroom.barrier.transaction import EXCLUSIVE_TIMEOUT_S, OPTIMISTIC_ATTEMPTS, Transaction, apart, transact
from strongroom.lib.errors import CommitUnknown, Conflict, InvalidRequest, OutOfRange, StorageError, Unavailable
from strongroom.storage.base import Add
from tests.sim.faulty_storage import Fail, Hold, Plan, Unknown
from tests.unit.barrier.places import AREA, ROOT_KEY, Note, Place, StalledAnswer, counted, get, put, text_of

COUNTER = AREA + "counter"


async def processes(plan: Plan | None = None) -> tuple[Barrier, Barrier]:
    """Two processes on one store, the first with faults."""
    place = await Place().start()
    return await place.process(plan), await place.process()


@pytest.mark.parametrize("cached", [False, True])
async def test_no_answer_mixes_two_states(cached: bool) -> None:
    """A permission withdrawn and a secret changed in one commit, between this request's two reads: it sees both new."""
    here, other = await processes()
    await put(other, {"permission": "old", "secret": "old"})
    if cached:
        assert await get(here, "permission") == await get(here, "secret") == "old"

    async def body(txn: Transaction, run: int) -> tuple[str | None, str | None]:
        permission = await text_of(txn, "permission")
        if run == 0:
            await put(other, {"permission": "new", "secret": "new"})
            if cached:
                await here.sync()  # another request of this process hears of it
        return permission, await text_of(txn, "secret")

    assert await transact(here, counted(body)) == ("new", "new")


async def test_a_change_elsewhere_does_not_restart() -> None:
    """What a transaction has not read may change under it: it goes on at the newer state, once."""
    here, other = await processes()
    await put(other, {"a": "1", "b": "1", "folder/x": "1"})
    runs = 0

    async def body(txn: Transaction) -> str | None:
        nonlocal runs
        runs += 1
        await text_of(txn, "a")
        assert await txn.list(AREA + "folder/") == ["x"]
        await put(other, {"b": f"changed {runs}", "beside": "x"})
        return await text_of(txn, "b")

    assert await transact(here, body) == "changed 1"
    assert runs == 1


@pytest.mark.parametrize(
    ("change", "watch"),
    [
        ({"absent": "made"}, "absent"),
        ({"read": "changed"}, "read"),
        ({"read": None}, "read"),
        ({"folder/new": "x"}, "folder/"),
        ({"folder/deep/new": "x"}, "folder/"),
        ({"folder/old": None}, "folder/"),
        ({"folder/old": "changed"}, "folder/"),
    ],
)
@pytest.mark.parametrize("heard", [False, True])
async def test_what_was_read_is_in_the_read_set(change: dict[str, str | None], watch: str, heard: bool) -> None:
    """A write rests on rows, on absent rows and on listed folders: when one changes first, it runs again."""
    here, other = await processes()
    await put(other, {"read": "x", "folder/old": "x"})

    async def body(txn: Transaction, run: int) -> int:
        await (txn.list(AREA + watch) if watch.endswith("/") else text_of(txn, watch))
        if run == 0:
            await put(other, change)
            if heard:
                await here.sync()
        txn.write(AREA + "result", Note(text=str(run)))
        return run

    assert await transact(here, counted(body)) == 1
    assert await get(other, "result") == "1"


async def test_write_skew_is_refused() -> None:
    """Two transactions that each read what the other writes can't both rest on the state before (one admin stays)."""
    here, other = await processes()
    await put(here, {"admins/a": "on", "admins/b": "on"})
    together = asyncio.Barrier(2)

    def resign(name: str) -> object:
        async def body(txn: Transaction, run: int) -> bool:
            left = await txn.list(AREA + "admins/")
            if run == 0:
                await together.wait()
            if len(left) < 2:
                return False
            txn.delete(f"{AREA}admins/{name}")
            return True

        return counted(body)

    done = await asyncio.gather(
        transact(here, resign("a")),  # type: ignore[arg-type]
        transact(other, resign("b")),  # type: ignore[arg-type]
    )
    assert sorted(done) == [False, True]


async def test_an_error_is_believed_only_if_its_reasons_still_hold() -> None:
    """A refusal that rested on a row which has changed meanwhile isn't given; its effects are dropped either way."""
    here, other = await processes()

    async def body(txn: Transaction, run: int) -> str:
        permission = await text_of(txn, "permission")
        txn.write(AREA + "effect", Note(text=str(run)))
        if run == 0:
            await put(other, {"permission": "granted"})
            await here.sync()
        if permission is None:
            raise InvalidRequest("no permission")
        return permission

    assert await transact(here, counted(body)) == "granted"
    assert await get(other, "effect") == "1"

    async def failing(txn: Transaction) -> None:
        txn.write(AREA + "effect", Note(text="dropped"))
        raise InvalidRequest("no")

    with pytest.raises(InvalidRequest):
        await transact(here, failing)
    assert await get(other, "effect") == "1"


async def test_once_stays_the_same_over_attempts() -> None:
    """Random values, awaited answers and times are produced once, however often the body runs."""
    here, other = await processes()
    produced: list[str] = []
    seen = []

    async def outside() -> str:
        produced.append("outside")
        return f"answer {len(produced)}"

    async def body(txn: Transaction, run: int) -> None:
        await text_of(txn, "a")
        none = txn.once("none", lambda: produced.append("none"))
        seen.append((txn.once("random", lambda: produced.append("random") or len(produced)), none))
        seen.append((await txn.once.wait("outside", outside), none))
        txn.write(AREA + "b", Note())
        if run < 3:
            await put(other, {"a": str(run)})

    await transact(here, counted(body))
    assert sorted(produced) == ["none", "outside", "random"]
    assert len(set(seen)) == 2
    assert len(seen) == 8


async def test_a_charge_is_made_once_whatever_becomes_of_the_request() -> None:
    """A counter moves by one although the body runs four times, and although it fails in the end."""
    here, other = await processes()

    async def body(txn: Transaction, run: int) -> None:
        await text_of(txn, "a")
        await txn.charge("use", {COUNTER: Add(1, 0, 3)})
        txn.write(AREA + "effect", Note())
        if run < 3:
            await put(other, {"a": str(run)})
        else:
            raise InvalidRequest("failed after all")

    for uses in (1, 2, 3):
        with pytest.raises(InvalidRequest):
            await transact(here, counted(body))
        assert await transact(other, lambda txn: txn.counter(COUNTER)) == uses
    with pytest.raises(OutOfRange):
        await transact(here, counted(body))
    assert await get(other, "effect") is None


async def test_a_charge_rests_on_what_was_read() -> None:
    """A use isn't charged to a token that was revoked first: the body runs again, and finds it gone."""
    here, other = await processes()
    await put(other, {"token": "alive"})

    async def body(txn: Transaction, run: int) -> None:
        token = await text_of(txn, "token")
        if run == 0:
            await put(other, {"token": None})
        if token is None:
            raise InvalidRequest("no token")
        await txn.charge("use", {COUNTER: Add(1, 0, 3)})

    with pytest.raises(InvalidRequest):
        await transact(here, counted(body))
    assert await transact(other, lambda txn: txn.counter(COUNTER)) == 0


async def test_after_four_conflicts_it_runs_while_all_others_wait() -> None:
    """A contender that commits during every run is held off in the fifth, which therefore succeeds."""
    plan = Plan()
    here, other = await processes(plan)
    waiting: list[asyncio.Task[None]] = []

    async def body(txn: Transaction, run: int) -> int:
        seen = int(await text_of(txn, "n") or 0)
        await txn.charge("use", {COUNTER: Add(1, 0, 9)})
        contender = asyncio.create_task(put(other, {"n": str(seen + 100)}))
        waiting.append(contender)
        await asyncio.wait([contender], timeout=0.05)
        assert contender.done() == (run < OPTIMISTIC_ATTEMPTS)
        txn.write(AREA + "n", Note(text=str(seen + 1)))
        return run

    assert await transact(here, counted(body)) == OPTIMISTIC_ATTEMPTS
    assert plan.calls["exclusive"] == 1
    await asyncio.gather(*waiting)
    assert await transact(other, lambda txn: txn.counter(COUNTER)) == 1


async def test_a_charge_of_its_own_does_not_end_an_exclusive_run() -> None:
    """In the exclusive run a request that reads the counter it charges runs again instead of giving up."""
    here, other = await processes()

    async def body(txn: Transaction, run: int) -> int:
        await text_of(txn, "n")
        if run < OPTIMISTIC_ATTEMPTS:
            await put(other, {"n": str(run)})
            await here.sync()
            txn.revalidate()
        before = await txn.counter(COUNTER)
        await txn.charge("use", {COUNTER: Add(1, 0, 9)})
        await text_of(txn, "not cached")
        return before

    assert await transact(here, counted(body)) == 1


async def test_a_run_that_conflicts_even_with_itself_gives_up() -> None:
    """A store that goes on refusing is `Unavailable`, not an endless loop."""
    here, _ = await processes(Plan(commit=[Fail(Conflict())] * 100))

    async def body(txn: Transaction) -> None:
        txn.write(AREA + "a", Note())

    with pytest.raises(Unavailable):
        await transact(here, body)


@pytest.mark.parametrize("took_place", [False, True])
@pytest.mark.parametrize("conflicts", [0, OPTIMISTIC_ATTEMPTS])
async def test_an_unknown_commit_is_settled(took_place: bool, conflicts: int) -> None:
    """When the answer to a commit is lost, the store is asked: it took place and counts, or the request runs again.

    In the exclusive run, too, which first lets go of the store; nothing is applied twice.
    """
    plan = Plan(commit=[*[Fail(Conflict())] * conflicts, Unknown(took_place)])
    here, other = await processes(plan)

    async def body(txn: Transaction, run: int) -> int:
        txn.add(COUNTER, 1, 0, 9)
        return run

    async with asyncio.timeout(EXCLUSIVE_TIMEOUT_S / 2):
        if conflicts and not took_place:
            with pytest.raises(Unavailable):
                await transact(here, counted(body))
        else:
            assert await transact(here, counted(body)) == conflicts + (0 if took_place else 1)
    expected = 0 if conflicts and not took_place else 1
    assert await transact(other, lambda txn: txn.counter(COUNTER)) == expected


@pytest.mark.parametrize("took_place", [False, True])
async def test_an_unknown_charge_is_settled(took_place: bool) -> None:
    """A use whose commit was lost is charged exactly once."""
    here, other = await processes(Plan(commit=[Unknown(took_place)]))

    async def body(txn: Transaction) -> None:
        await txn.charge("use", {COUNTER: Add(1, 0, 9)})

    await transact(here, body)
    assert await transact(other, lambda txn: txn.counter(COUNTER)) == 1


async def test_a_failed_commit_is_an_error_and_no_effect() -> None:
    """`StorageError` reaches the caller; nothing was written, and the process goes on."""
    here, other = await processes(Plan(commit=[Fail()]))
    with pytest.raises(StorageError):
        await put(here, {"a": "x"})
    assert await get(other, "a") is None
    await put(here, {"a": "y"})
    assert await get(here, "a") == "y"


async def test_derived_values_go_when_a_row_of_theirs_changes() -> None:
    """A derived value is built once, and anew after a change of a row, an absent row or a listing it rests on."""
    here, other = await processes()
    await put(other, {"a": "1", "list/x": "1"})
    built = 0

    async def build(txn: Transaction) -> str:
        nonlocal built
        built += 1
        names = ",".join(await txn.list(AREA + "list/"))
        return f"{await text_of(txn, 'a')} {await text_of(txn, 'absent')} {names}"

    async def nested(txn: Transaction) -> str:
        return await txn.derived("outer", lambda inner: inner.derived("inner", build))

    assert await transact(here, nested) == await transact(here, nested) == "1 None x"
    assert built == 1
    changes: list[tuple[dict[str, str | None], str]] = [
        ({"unrelated": "x"}, "1 None x"),
        ({"a": "2"}, "2 None x"),
        ({"absent": "3"}, "2 3 x"),
        ({"list/y": "1"}, "2 3 x,y"),
        ({"list/deep/z": "1"}, "2 3 deep/,x,y"),
    ]
    for change, expected in changes:
        await put(other, change)
        assert await transact(here, nested) == expected
    assert built == 1 + 4


async def test_a_derived_value_is_in_the_read_set() -> None:
    """A write that rests on a derived value runs again when what that was made from changes first."""
    here, other = await processes()
    await put(other, {"mount": "on"})

    async def body(txn: Transaction, run: int) -> str | None:
        mount = await txn.derived("router", lambda inner: text_of(inner, "mount"))
        if run == 0:
            await put(other, {"mount": None})  # disabled, while this write is still running
        if mount is not None:
            txn.write(AREA + "written", Note())
        return mount

    assert await transact(here, counted(body)) is None
    assert await get(other, "written") is None


@pytest.mark.parametrize("late", [False, True])
async def test_a_derived_value_overtaken_while_it_is_built_is_not_kept(late: bool) -> None:
    """A row that changes between the building and the keeping leaves no stale value behind."""
    here, other = await processes()
    await put(other, {"a": "old", "b": "old"})

    async def build(txn: Transaction) -> str:
        one = await text_of(txn, "a")
        two = await text_of(txn, "b") if late else ""
        if one == "old":
            await put(other, {"a": "new", "b": "new"})
            await here.sync()
        return f"{one} {two or await text_of(txn, 'b')}"

    async def body(txn: Transaction) -> str:
        return await txn.derived("both", build)

    assert await transact(here, body) == "new new"
    assert await transact(here, body) == "new new"


async def test_a_former_holder_of_a_role_cannot_commit() -> None:
    """What is guarded by a fence is dropped once another process has taken the role."""
    place = await Place().start()
    here = await place.process()
    fence = await place.storage.lock("sweeper", "first", 10)
    assert fence is not None
    txn = Transaction(here, StableValues())
    await txn.guard(fence)
    txn.write(AREA + "a", Note())
    place.clock.advance(11)
    assert await place.storage.lock("sweeper", "second", 10) is not None
    with pytest.raises(Restart):
        await txn.commit()
    await here.sync()
    with pytest.raises(Conflict):
        await Transaction(here, StableValues()).guard(fence)
    assert await get(here, "a") is None


async def test_work_apart_is_done_once_and_stays() -> None:
    """What runs apart commits at once, is not repeated by later attempts, and stays when the request fails."""
    here, other = await processes()

    async def bulk(txn: Transaction) -> str:
        txn.add(COUNTER, 1, 0, 9)
        return "done"

    async def body(txn: Transaction, run: int) -> None:
        await text_of(txn, "a")
        assert await apart(txn, "bulk", bulk) == "done"
        if run <= OPTIMISTIC_ATTEMPTS - 1:
            await put(other, {"a": str(run)})
            await here.sync()
            txn.revalidate()
        raise InvalidRequest("failed")

    with pytest.raises(InvalidRequest):
        await transact(here, counted(body))
    assert await transact(other, lambda txn: txn.counter(COUNTER)) == 1


@pytest.mark.parametrize("when", ["asking", "answering"])
async def test_a_listing_met_by_a_newer_state_is_taken_again(when: str) -> None:
    """A listing that was on its way while a commit changed the folder isn't used with rows of the newer state."""
    place = await Place().start()
    hold = Hold()
    stalled = StalledAnswer(place.storage, "list")
    asking, other = await place.process(Plan(list=[hold])), await place.process()
    here = asking if when == "asking" else await Barrier.open(stalled, ROOT_KEY, place.random)
    reached = hold.reached if when == "asking" else stalled.answered
    await put(other, {"folder/a": "1", "row": "1"})

    async def body(txn: Transaction) -> tuple[list[str], str | None]:
        names = await txn.list(AREA + "folder/")
        return names, await text_of(txn, "row")

    running = asyncio.create_task(transact(here, body))
    await reached.wait()
    await put(other, {"folder/b": "2", "row": "2"})
    await here.sync()
    hold.released.set()
    stalled.go_on.set()
    assert await running == (["a", "b"], "2")


@pytest.mark.parametrize("row", ["1", "2"])
async def test_a_listing_newer_than_the_transaction_is_no_answer(row: str) -> None:
    """A listing shows a commit that is news to this process: it is used only if what was read before still holds."""
    here, other = await processes()
    await put(other, {"folder/a": "1", "row": "1"})
    runs = 0

    async def body(txn: Transaction) -> tuple[str | None, list[str]]:
        nonlocal runs
        runs += 1
        before = await text_of(txn, "row")
        if runs == 1:
            await put(other, {"folder/b": "2"} if row == "1" else {"folder/b": "2", "row": "2"})
        return before, await txn.list(AREA + "folder/")

    assert await transact(here, body) == (row, ["a", "b"])
    assert runs == int(row), "a listing of a folder that nothing was read of moves the transaction on"


async def test_a_listing_of_another_history_is_no_answer() -> None:
    """The store was replaced by an older one between a read and a listing: both are answered from the new history."""
    place = await Place().start()
    here = await place.process()
    for number in range(5):
        await put(here, {"row": f"lost {number}"})
    runs = 0

    async def body(txn: Transaction) -> tuple[str | None, list[str]]:
        nonlocal runs
        runs += 1
        before = await text_of(txn, "row")
        if runs == 1:
            restored = await place.restored()
            await put(await restored.process(), {"row": "restored", "folder/kept": "x"})
            place.become(restored)
        return before, await txn.list(AREA + "folder/")

    assert await transact(here, body) == ("restored", ["kept"])
    assert runs == 2


async def test_an_unknown_commit_that_is_still_on_its_way_is_waited_for() -> None:
    """While somebody commits, nobody says that a lost commit didn't take place: it may be that one."""
    place = await Place().start()
    lost = CommitUnknown("the connection died", revision_id=b"none yet")
    async with place.storage.exclusive(EXCLUSIVE_TIMEOUT_S) as committer:
        asking = asyncio.create_task(settled(place.storage, lost))
        for _ in range(20):
            await asyncio.sleep(0)
        assert not asking.done()
        lost.revision_id = (await committer.commit({}, {"late": b""}, {})).id
    assert await asking


async def test_an_unknown_commit_is_asked_for_again() -> None:
    """The store that lost an answer may fail the next question too; nothing runs again before it is known."""
    plan = Plan(commit=[Unknown(took_place=True)], exclusive=[Fail()])
    here, other = await processes(plan)
    runs = 0

    async def body(txn: Transaction) -> None:
        nonlocal runs
        runs += 1
        txn.add(COUNTER, 1, 0, 9)

    await transact(here, body)
    assert runs == 1
    assert await transact(other, lambda txn: txn.counter(COUNTER)) == 1


async def test_moves_of_one_counter_add_up() -> None:
    """A transaction that makes three things counts three; what is made and taken back counts nothing."""
    here, _ = await processes()

    async def body(txn: Transaction) -> None:
        for delta in (1, 1, 1, -1):
            txn.add(COUNTER, delta, 0, 9)

    await transact(here, body)
    assert await transact(here, lambda txn: txn.counter(COUNTER)) == 2


async def test_who_moves_a_counter_says_what_its_end_means() -> None:
    """The error given with it is raised in the place of the store's; of another counter the store's is raised."""
    here, _ = await processes()

    async def full(txn: Transaction) -> None:
        txn.add(COUNTER, 10, 0, 9, InvalidRequest("there are nine, which is the most"))

    async def other(txn: Transaction) -> None:
        txn.add(COUNTER, 1, 0, 9, InvalidRequest("there are nine, which is the most"))
        txn.add(COUNTER + "-other", -1, 0, 9)

    with pytest.raises(InvalidRequest, match="there are nine"):
        await transact(here, full)
    with pytest.raises(OutOfRange) as caught:
        await transact(here, other)
    assert caught.value.key == COUNTER + "-other"
    assert await transact(here, lambda txn: txn.counter(COUNTER)) == 0

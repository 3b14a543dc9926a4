"""Audit devices and stores that fail in the middle of a turn: nothing is answered that may not be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.flow.core import repeats
from tests.flow.core.kept import Kept
from tests.flow.node import Recorder, TestNode
from tests.flow.turns import Client, sent
from tests.sim.faulty_storage import Fail, Hold, Plan


async def _started(plan: Plan | None = None) -> tuple[TestNode, str]:
    """An audited node that keeps `kv/a` for a token."""
    node = await TestNode.start(plan)
    await node.ok("POST", "sys/mounts/kv", {"type": "kv"})
    await node.ok("POST", "kv/a", {"value": "one"})
    token = await node.token('path "kv/a" { capabilities = ["read"] }')
    await node.audited()
    await repeats.kept(node, "GET", "kv/a", None, token)
    node.recorder.lines.clear()
    return node, token


def _asked(node: TestNode, token: str, number: int) -> list[Client]:
    return sent(node, [node.request("GET", "kv/a", None, token) for _ in range(number)], keeps=True)


def _after(number: int) -> Callable[[dict[str, Any]], bool]:
    """Fail from the line after so many."""
    seen = 0

    def failing(_: dict[str, Any]) -> bool:
        nonlocal seen
        seen += 1
        return seen > number

    return failing


@pytest.mark.parametrize(("lines", "answered"), [(0, 0), (1, 0), (2, 1), (3, 1), (4, 2), (5, 2), (6, 3)])
async def test_a_device_that_takes_only_the_first_lines(lines: int, answered: int) -> None:
    """Of three requests of a turn those are answered whose two entries it took; the next ones are right again."""
    node, token = await _started()
    node.recorder.failing = _after(lines)
    clients = _asked(node, token, 3)
    statuses = [(await client.answer()).status for client in clients]
    assert statuses == [200] * answered + [500] * (3 - answered)
    assert len(node.recorder.lines) == lines
    node.recorder.failing = lambda entry: False
    assert (await repeats.ask(node, "GET", "kv/a", None, token)).data == {"value": "one"}
    assert len(node.recorder.lines) == lines + 2


@pytest.mark.parametrize("fault", [False, True])
async def test_another_device_that_takes_all(fault: bool) -> None:
    """One is enough, unless the other one has a bug, which must not be hidden: that request is refused."""
    node, token = await _started()
    other = Recorder()
    services = node.node.unsealed
    assert services is not None
    services.audit.types = {**services.audit.types, "other": lambda options, id_, configured: other}
    await node.ok("PUT", "sys/audit/other", {"type": "other"})
    await repeats.kept(node, "GET", "kv/a", None, token)
    node.recorder.lines.clear()
    other.lines.clear()

    def failing(entry: dict[str, Any]) -> bool:
        if fault:
            raise ZeroDivisionError
        return True

    node.recorder.failing = failing
    (client,) = _asked(node, token, 1)
    assert (await client.answer()).status == (500 if fault else 200)
    assert (len(node.recorder.lines), len(other.lines)) == (0, 2)
    node.recorder.failing = lambda entry: False
    assert (await repeats.ask(node, "GET", "kv/a", None, token)).status == 200


async def test_a_store_that_fails() -> None:
    """Nothing that is kept is answered: the store may have more.  Each request is told by itself."""
    plan = Plan()
    node, token = await _started(plan)
    plan.add("synced", *[Fail()] * 8)
    clients = _asked(node, token, 3)
    assert [(await client.answer()).status for client in clients] == [503] * 3
    assert not any(client.repeated for client in clients)
    plan._faults["synced"].clear()
    assert await repeats.is_repeated(node, "GET", "kv/a", None, token)


async def test_a_store_driver_with_a_bug() -> None:
    """An exception that nobody foresaw ends no turn: the next requests are served."""
    plan = Plan()
    node, token = await _started(plan)
    plan.add("synced", Fail(ZeroDivisionError()), Fail(ZeroDivisionError()))
    assert (await repeats.ask(node, "GET", "kv/a", None, token)).status == 500
    assert await repeats.is_repeated(node, "GET", "kv/a", None, token)


@pytest.mark.parametrize("changed", [False, True])
async def test_a_store_that_makes_the_question_wait(changed: bool) -> None:
    """Nothing is answered before it has answered, and what was committed by then is seen; others don't wait."""
    plan = Plan()
    node, token = await _started(plan)
    peer = await node.peer()
    hold = Hold()
    plan.add("synced", hold)
    clients = _asked(node, token, 3)
    await hold.reached.wait()
    assert not any(client._response.done() for client in clients)
    assert (await node.ask("GET", "sys/health", None, "")).status == 200
    if changed:
        await peer.ok("POST", "kv/a", {"value": "two"})
    hold.released.set()
    answers = [await client.answer() for client in clients]
    assert [answer.data["value"] for answer in answers] == ["two" if changed else "one"] * 3
    assert [client.repeated for client in clients] == [not changed] * 3


async def test_a_question_that_waits_and_fails() -> None:
    """It is asked again for each request, which is told by itself."""
    plan = Plan()
    node, token = await _started(plan)
    hold = Hold()
    plan.add("synced", hold)
    clients = _asked(node, token, 2)
    await hold.reached.wait()
    node.store._open = False
    hold.released.set()
    assert [(await client.answer()).status for client in clients] == [503] * 2
    node.store._open = True
    assert await repeats.is_repeated(node, "GET", "kv/a", None, token)


async def test_a_commit_of_the_same_turn() -> None:
    """A write and a read that arrived together, the write first: the read sees it, and isn't answered from memory."""
    kept = await Kept.start()
    token = kept.node.root
    await repeats.kept(kept.node, "GET", "sys/policies/acl/reads", None, token)
    rules = 'path "kv/b" { capabilities = ["read"] }'
    requests = [
        kept.node.request("PUT", "sys/policies/acl/reads", {"policy": rules}, token),
        kept.node.request("GET", "sys/policies/acl/reads", None, token),
    ]
    write, read = sent(kept.node, requests, keeps=True)
    assert (await write.answer()).status == 204
    assert (await read.answer()).data["policy"] == rules
    assert not read.repeated
    assert (await repeats.ask(kept.node, "GET", "sys/policies/acl/reads", None, token)).data["policy"] == rules


async def test_a_secret_that_is_written_in_the_same_turn() -> None:
    """Its commit comes after the turn: the read has either value, and the next request the new one."""
    kept = await Kept.start()
    token = kept.node.root
    await repeats.kept(kept.node, "GET", "kv/a", None, token)
    requests = [
        kept.node.request("POST", "kv/a", {"value": "two"}, token),
        kept.node.request("GET", "kv/a", None, token),
    ]
    write, read = sent(kept.node, requests, keeps=True)
    assert (await write.answer()).status == 204
    assert (await read.answer()).data in ({"value": "one"}, {"value": "two"})
    assert (await repeats.ask(kept.node, "GET", "kv/a", None, token)).data == {"value": "two"}

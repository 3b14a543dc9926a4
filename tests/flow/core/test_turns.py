"""What becomes ready together shares one question to the store and one write to each audit device, and nothing else."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from strongroom.sdk import Request
from tests.flow.core.test_inline_logins import headers as inline_login
from tests.flow.node import Recorder, TestNode
from tests.flow.turns import sent, together
from tests.sim.faulty_storage import Fail, Hold


async def started() -> TestNode:
    """A node with an audit device, a secret and a row of the probe."""
    node = await TestNode.start()
    await node.ok("POST", "sys/mounts/kv", {"type": "kv"})
    await node.ok("POST", "kv/a", {"value": "one"})
    await node.ok("POST", "probe/rows/a", {"text": "row"})
    return await node.audited()


def pairs(node: TestNode) -> list[tuple[str, str]]:
    """Type and id of every entry, in the order of the log."""
    return [(entry["type"], entry["request"]["id"]) for entry in node.recorder.entries]


async def test_reads_of_a_turn_share_a_question_and_a_write() -> None:
    """Ten reads, allowed and refused, ask the store once and are one write; each has its two entries and its answer."""
    node = await started()
    denied = await node.token('path "other" { capabilities = ["read"] }')
    node.recorder.lines.clear()
    asked, writes = node.plan.calls["synced"], node.recorder.writes
    requests = [node.request("GET", "kv/a", token=token) for token in (None, denied) for _ in range(5)]
    answers = await together(node, *requests)
    assert [answer.status for answer in answers] == [200] * 5 + [403] * 5
    assert node.plan.calls["synced"] - asked == 1
    assert node.recorder.writes - writes == 1
    ids = [answer.body["request_id"] for answer in answers[:5]]
    found = pairs(node)
    assert [id_ for type_, id_ in found if type_ == "request"][:5] == ids
    assert len(found) == 20
    for id_ in {id_ for _, id_ in found}:
        assert [type_ for type_, one in found if one == id_] == ["request", "response"]


COMPUTING = [
    ("POST", "sys/tools/hash", {"input": "YQ=="}),
    ("POST", "sys/tools/random/8", {}),
    ("POST", "auth/token/lookup-self", {}),
    ("POST", "sys/capabilities-self", {"paths": ["kv/a"]}),
    ("GET", "kv/nothing", None),
    ("GET", "nowhere/a", None),
    ("LIST", "kv/", None),
]


@pytest.mark.parametrize(("method", "path", "body"), COMPUTING)
async def test_what_only_computes_has_both_entries_in_one_write(method: str, path: str, body: Any) -> None:
    """Writes that are declared to compute, reads, listings, and what leads nowhere."""
    node = await started()
    writes = node.recorder.writes
    await together(node, node.request(method, path, body))
    assert node.recorder.writes - writes == 1
    assert [type_ for type_, _ in pairs(node)] == ["request", "response"]


async def test_the_store_is_asked_when_all_have_arrived() -> None:
    """What another node commits between the first request and the last one of a turn is seen by all of them."""
    node = await started()
    other = await node.peer()
    first, second = node.request("GET", "kv/a"), node.request("GET", "kv/a")
    clients = sent(node, [first, second])
    await other.ok("POST", "kv/a", {"value": "two"})  # waits for nothing, so the turn comes after it
    assert [(await client.answer()).data for client in clients] == [{"value": "two"}] * 2


async def test_a_commit_in_a_turn_is_seen_by_the_next_request_of_it() -> None:
    """A system path acts at once, and the next request of the turn sees it, as if each had come alone."""
    node = await started()
    requests = [
        node.request("GET", "probe/rows/a"),
        node.request("POST", "probe/rows/a", {"text": "new"}),
        node.request("GET", "probe/rows/a"),
        node.request("DELETE", "sys/policies/acl/default-like"),
        node.request("GET", "sys/policies/acl/default-like"),
    ]
    await node.ok("PUT", "sys/policies/acl/default-like", {"policy": 'path "a" { capabilities = ["read"] }'})
    before, _, after, _, gone = await together(node, *requests)
    assert (before.data, after.data, gone.status) == ({"text": "row"}, {"text": "new"}, 404)


WRITES: list[tuple[str, Any]] = [("kv/{}", {"value": "x"}), ("auth/token/create", {"ttl": "60s"})]


@pytest.mark.parametrize(("path", "body"), WRITES)
async def test_the_entries_of_the_writes_of_a_turn_are_one_write(path: str, body: Any) -> None:
    """What acts by rows alone commits after the turn: its request entries are written together, before any commit."""
    node = await started()
    node.recorder.lines.clear()
    held = [Hold() for _ in range(3)]
    node.plan.add("commit", *held)
    writes = node.recorder.writes
    clients = sent(node, [node.request("POST", path.format(name), body) for name in "bcd"])
    for hold in held:
        await hold.reached.wait()
    assert node.recorder.writes == writes + 1
    assert [json.loads(line)["type"] for line in node.recorder.lines] == ["request"] * 3
    for hold in held:
        hold.released.set()
    assert [(await client.answer()).status for client in clients] in ([204] * 3, [200] * 3)
    assert len(node.recorder.lines) == 6


@pytest.mark.parametrize(("path", "body"), WRITES)
async def test_no_write_of_a_turn_is_committed_without_its_entry(path: str, body: Any) -> None:
    """If no device takes the entries of a turn, none of its writes has an effect."""
    node = await started()
    node.recorder.lines.clear()
    node.recorder.failing = lambda entry: True
    before = node.rows()
    clients = sent(node, [node.request("POST", path.format(name), body) for name in "bcd"])
    assert [(await client.answer()).status for client in clients] == [500] * 3
    assert node.rows() == before


async def test_writes_of_a_turn_share_a_question() -> None:
    """A commit that only begins in a turn isn't there yet, so the next request of the turn doesn't ask for it."""
    node = await started()
    holds = [Hold() for _ in range(3)]
    asked = node.plan.calls["synced"]
    node.plan.add("commit", *holds)
    clients = sent(node, [node.request("POST", f"kv/{name}", {"value": name}) for name in "bcd"])
    for hold in holds:
        await hold.reached.wait()
    assert node.plan.calls["synced"] - asked == 1
    for hold in holds:
        hold.released.set()
    assert [(await client.answer()).status for client in clients] == [204] * 3
    assert (await node.ok("LIST", "kv/")).data == {"keys": ["a", "b", "c", "d"]}


async def test_a_plugin_is_called_when_the_entry_is_written() -> None:
    """What a plugin's read does isn't known, so its request entry is there before it is asked, in a turn too."""
    node = await started()
    seen: list[int] = []

    async def called(request: Request) -> None:
        seen.append(len(node.recorder.lines))

    node.probe.before = called
    await together(node, node.request("GET", "kv/a"), node.request("GET", "probe/rows/a"))
    assert seen == [3]  # both of the read before it, and its own


async def test_a_read_that_writes_a_row_has_its_entry_before() -> None:
    """A wrapped answer is a row: the request entry is taken before it is committed; without it there is none."""
    node = await started()
    rows = len(node.rows())
    order: list[tuple[str, int]] = []
    node.recorder.seen = lambda entry: order.append((entry["type"], len(node.rows()) - rows))
    wrapped = node.request("GET", "kv/a", headers={"x-vault-wrap-ttl": "60"})
    (answer,) = await together(node, wrapped)
    assert answer.status == 200
    assert order[0] == ("request", 0)
    assert order[1][0] == "response"
    assert order[1][1] > 0
    kept = node.rows()
    node.recorder.failing = lambda entry: entry["type"] == "request"
    (answer,) = await together(node, wrapped)
    assert (answer.status, answer.errors) == (500, ["failed to audit request, cannot continue"])
    assert node.rows() == kept


@pytest.mark.parametrize("failing", ["request", "response"])
async def test_without_entries_nothing_is_answered(failing: str) -> None:
    """When no device takes an entry of a turn's request, its answer is a 500 without the secret."""
    node = await started()
    node.recorder.failing = lambda entry: entry["type"] == failing
    answers = await together(node, *(node.request("GET", "kv/a") for _ in range(3)))
    for answer in answers:
        assert (answer.status, answer.errors) == (500, ["failed to audit request, cannot continue"])
    node.recorder.failing = lambda entry: False
    assert (await node.ok("GET", "kv/a")).data == {"value": "one"}


async def test_only_those_fail_whose_entries_no_device_took() -> None:
    """A device that stops in the middle of a turn's entries: what it took before that is answered."""
    node = await started()
    node.recorder.failing = lambda entry: len(node.recorder.lines) >= 5
    answers = await together(node, *(node.request("GET", "kv/a") for _ in range(4)))
    assert [answer.status for answer in answers] == [200, 200, 500, 500]


async def test_one_device_that_takes_them_is_enough() -> None:
    """Another one that takes nothing fails no request of a turn."""
    node = await started()
    second = Recorder()
    assert node.node.unsealed is not None
    node.node.unsealed.audit.types = {
        **node.node.unsealed.audit.types,
        "second": lambda options, id_, configured: second,
    }
    await node.ok("PUT", "sys/audit/second", {"type": "second"})
    node.recorder.failing = lambda entry: True
    answers = await together(node, *(node.request("GET", "kv/a") for _ in range(3)))
    assert [answer.status for answer in answers] == [200] * 3
    assert [entry["type"] for entry in second.entries[-6:]] == ["request", "response"] * 3


async def test_who_waits_leaves_the_turn_with_the_entry_written() -> None:
    """A request that waits keeps nobody's answer back; its request entry is in the log meanwhile, once."""
    node = await started()
    entered, released = asyncio.Event(), asyncio.Event()

    async def wait(request: Request) -> None:
        entered.set()
        await released.wait()

    node.probe.before = wait
    slow, quick = sent(node, [node.request("GET", "probe/rows/a"), node.request("GET", "kv/a")])
    assert (await quick.answer()).status == 200
    await entered.wait()
    assert len(node.recorder.lines) == 3
    released.set()
    assert (await slow.answer()).data == {"text": "row"}
    assert sorted(type_ for type_, _ in pairs(node)) == ["request", "request", "response", "response"]


async def test_who_is_cancelled_has_two_entries() -> None:
    """A request that takes too long is cancelled after its turn: the second entry says so."""
    node = await started()

    async def wait(request: Request) -> None:
        await asyncio.Event().wait()

    node.probe.before = wait
    (client,) = sent(node, [node.request("GET", "probe/rows/a")])
    for _ in range(2):  # the turn, and the Task's first step
        await asyncio.sleep(0)
    assert client.task is not None
    client.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await client.answer()
    assert [entry["type"] for entry in node.recorder.entries] == ["request", "response"]
    assert node.recorder.entries[1]["error"]
    assert not node.node.running


async def test_who_is_cancelled_stays_so_whatever_a_device_does() -> None:
    """A bug in a device doesn't turn the end of a request into another one, which its listener would not expect."""
    node = await started()

    async def wait(request: Request) -> None:
        await asyncio.Event().wait()

    def fault(entry: dict[str, Any]) -> bool:
        if entry["type"] == "response":
            raise ZeroDivisionError
        return False

    node.probe.before, node.recorder.failing = wait, fault
    (client,) = sent(node, [node.request("GET", "probe/rows/a")])
    for _ in range(2):  # the turn, and the Task's first step
        await asyncio.sleep(0)
    assert client.task is not None
    client.task.cancel()
    await asyncio.wait([client.task])
    assert client.task.cancelled()
    assert not node.node.running


async def test_a_fault_in_one_request_is_its_own() -> None:
    """A bug that one request meets is a 500 for it, with two entries; the others of the turn are answered."""
    node = await started()

    async def fault(request: Request) -> None:
        raise KeyError("canary")

    node.probe.before = fault
    broken, whole = await together(node, node.request("GET", "probe/rows/a"), node.request("GET", "kv/a"))
    assert (broken.status, whole.status) == (500, 200)
    assert "canary" not in json.dumps(node.recorder.entries)
    assert len(node.recorder.entries) == 4


async def test_in_flight_until_the_entries_are_taken() -> None:
    """A request is among those in progress when its entries are written, and not when it is answered."""
    node = await started()
    running: list[int] = []
    node.recorder.seen = lambda entry: running.append(len(node.node.running))
    await together(node, node.request("GET", "kv/a"), node.request("GET", "kv/a"))
    assert running == [2] * 4
    assert not node.node.running


async def test_a_token_with_counted_uses_has_its_entry_before() -> None:
    """The use is counted, and a spent token is ended whatever the answer is: its request entry is written first."""
    node = await started()
    token = await node.token('path "kv/a" { capabilities = ["read"] }', num_uses=1)
    node.recorder.lines.clear()
    writes = node.recorder.writes
    answer, refused = await together(node, *(node.request("GET", "kv/a", token=token) for _ in range(2)))
    assert (answer.data, refused.status) == ({"value": "one"}, 403)
    assert node.recorder.writes - writes == 2  # its request entry alone, and all others
    assert len(node.recorder.lines) == 4


async def test_a_login_that_comes_with_a_request_of_a_turn() -> None:
    """Two requests in one: the login ends with the turn, and what it is for is served after that, each with entries."""
    node = await started()
    await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await node.ok("PUT", "sys/policies/acl/reads", {"policy": 'path "kv/a" { capabilities = ["read"] }'})
    await node.ok("POST", "auth/userpass/users/ann", {"password": "right", "token_policies": "reads"})
    node.recorder.lines.clear()
    logins = [inline_login(), inline_login(password="wrong")]
    requests = [node.request("GET", "kv/a", token="", headers=headers) for headers in logins]
    right, wrong, plain = await asyncio.wait_for(together(node, *requests, node.request("GET", "kv/a")), 60)
    assert (right.data, wrong.status, plain.status) == ({"value": "one"}, 400, 200)
    for id_ in {id_ for _, id_ in pairs(node)}:
        assert [type_ for type_, one in pairs(node) if one == id_] == ["request", "response"]
    assert len(pairs(node)) == 2 * 5  # two logins, what one of them is for, what the other one was for, and the last


async def test_a_store_that_fails_fails_each_of_a_turn() -> None:
    """None is answered from what was known before: each asks again, so the third is served by a store that is back."""
    node = await started()
    node.plan.add("synced", Fail(), Fail())
    answers = await together(node, *(node.request("GET", "kv/a") for _ in range(4)))
    assert [answer.status for answer in answers] == [503, 503, 200, 200]


async def test_a_failed_login_is_counted_only_if_a_device_took_its_entry() -> None:
    """The count is an effect of its own, after which the user may be locked out."""
    node = await started()
    await node.ok("POST", "sys/auth/approle", {"type": "approle"})
    await node.ok("POST", "auth/approle/role/app", {})
    role = (await node.ok("GET", "auth/approle/role/app/role-id")).data["role_id"]
    login = node.request("POST", "auth/approle/login", {"role_id": role, "secret_id": "wrong"}, "")
    node.recorder.failing = lambda entry: True
    before = node.rows()
    (client,) = sent(node, [login])
    assert (await client.answer()).status == 500
    assert node.rows() == before
    node.recorder.failing = lambda entry: False
    (client,) = sent(node, [login])
    assert (await client.answer()).status == 400
    assert node.rows() != before

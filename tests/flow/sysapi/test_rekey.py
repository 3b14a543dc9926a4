"""New key shares and a new root key: who may, what it takes, and that only the new shares open the store."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from strongroom.barrier import keys
from strongroom.core.expiry import Expiry
from tests.flow.node import Answer, TestNode
from tests.sim.faulty_storage import Fail, Unknown

LEGACY = ("sys/rekey/init", "sys/rekey/update", "sys/rekey/verify")
NEWER = ("sys/rotate/root/init", "sys/rotate/root/update", "sys/rotate/root/verify")
FAMILIES = pytest.mark.parametrize("family", [LEGACY, NEWER], ids=["rekey", "rotate"])


def inner(answer: Answer) -> Any:
    """The state, with the newer endpoints' envelope taken off."""
    return answer.body.get("data") or answer.body


async def begun(node: TestNode, family: tuple[str, str, str], **wanted: Any) -> str:
    """Begin with three shares of which two open; the nonce."""
    body = {"secret_shares": 3, "secret_threshold": 2} | wanted
    nonce: str = inner(await node.ok("PUT", family[0], body))["nonce"]
    return nonce


async def given(node: TestNode, path: str, nonce: str, shares: list[str]) -> Any:
    """Give shares, and what the last answer says."""
    for share in shares:
        state = inner(await node.ok("PUT", path, {"key": share, "nonce": nonce}))
    return state


async def opens(node: TestNode, shares: list[str]) -> bool:
    """Whether another node on the same store is unsealed by these shares."""
    other = TestNode(node.store, node.clock)
    for share in shares:
        answer = await other.ask("PUT", "sys/unseal", {"key": share}, token="")
    return answer.status == 200 and answer.body["sealed"] is False


@FAMILIES
async def test_new_shares_replace_the_old(family: tuple[str, str, str]) -> None:
    """The last share answers with new ones, which alone open the store from then on; what is stored stays readable."""
    node = await TestNode.start()
    await node.ok("PUT", "probe/rows/a", {"text": "before"})
    nonce = await begun(node, family, secret_shares=5, secret_threshold=3)
    first = inner(await node.ok("PUT", family[1], {"key": node.keys[0], "nonce": nonce}))
    assert (first["progress"], first["required"], first["t"], first["n"]) == (1, 2, 3, 5)
    done = await given(node, family[1], nonce, node.keys[2:])
    assert (done["complete"], done["nonce"], len(done["keys"])) == (True, nonce, 5)
    assert [base64.b64decode(key).hex() for key in done["keys_base64"]] == done["keys"]
    assert inner(await node.ok("GET", family[0]))["started"] is False
    assert (await node.ok("GET", "probe/rows/a")).data == {"text": "before"}
    await node.ok("PUT", "probe/rows/a", {"text": "after"})
    status = (await node.ok("GET", "sys/seal-status")).body
    assert (status["t"], status["n"]) == (3, 5)
    assert not await opens(node, node.keys)
    assert await opens(node, done["keys"][1:4])


@FAMILIES
async def test_nothing_changes_before_the_new_shares_were_shown(family: tuple[str, str, str]) -> None:
    """With verification the old shares go on to open the store until enough of the new ones were given."""
    node = await TestNode.start()
    nonce = await begun(node, family, require_verification=True)
    done = await given(node, family[1], nonce, node.keys[:2])
    checking = done["verification_nonce"]
    assert await opens(node, node.keys[:2])
    assert inner(await node.ok("GET", family[2])) == {"nonce": checking, "started": True, "t": 2, "n": 3, "progress": 0}
    refused = await node.ask("PUT", family[1], {"key": node.keys[0], "nonce": nonce})
    assert refused.status == 400
    assert checking in refused.errors[0]
    await given(node, family[2], checking, done["keys"][:1])
    repeated = await node.ask("PUT", family[2], {"key": done["keys"][0], "nonce": checking})
    assert repeated.errors == ["given key has already been provided during this verify operation"]
    wrong = await node.ask("PUT", family[2], {"key": node.keys[0], "nonce": checking})
    assert wrong.status == 400
    again = inner(await node.ok("GET", family[2]))
    assert again["nonce"] != checking
    assert again["progress"] == 0
    assert await opens(node, node.keys[:2])
    shown = await given(node, family[2], again["nonce"], done["keys"][1:])
    assert shown == {"nonce": again["nonce"], "complete": True}
    assert not await opens(node, node.keys[:2])
    assert await opens(node, done["keys"][:2])


async def test_verification_begins_anew() -> None:
    """DELETE forgets which new shares were shown and gives another nonce; cancelling forgets all of it."""
    node = await TestNode.start()
    nonce = await begun(node, NEWER, require_verification=True)
    done = await given(node, NEWER[1], nonce, node.keys[:2])
    await given(node, NEWER[2], done["verification_nonce"], done["keys"][:1])
    anew = inner(await node.ok("DELETE", NEWER[2]))
    assert (anew["progress"], anew["started"]) == (0, True)
    assert anew["nonce"] not in {"", done["verification_nonce"]}
    await node.ok("DELETE", NEWER[0])
    assert (await node.ask("GET", NEWER[2])).errors == ["no rotation configuration found"]
    assert await opens(node, node.keys[:2])


async def test_an_attempt_of_shares_that_were_replaced_meanwhile_is_worth_nothing() -> None:
    """Shares that wait for their verification on one node don't count once another node has made others."""
    node = await TestNode.start()
    other = await node.peer()
    done = await given(node, NEWER[1], await begun(node, NEWER, require_verification=True), node.keys[:2])
    newer = await given(other, NEWER[1], await begun(other, NEWER), node.keys[:2])
    await node.ok("PUT", NEWER[2], {"key": done["keys"][0], "nonce": done["verification_nonce"]})
    late = await node.ask("PUT", NEWER[2], {"key": done["keys"][1], "nonce": done["verification_nonce"]})
    assert late.status == 400
    assert await opens(node, newer["keys"][:2])
    assert not await opens(node, done["keys"][:2])


async def test_shares_stay_when_only_the_root_key_is_replaced() -> None:
    """`sys/rotate/root` changes seal and keyring in the store, and the same shares go on to open it."""
    node = await TestNode.start()
    before = await node.store.get_many((keys.KEYRING, keys.seal("shamir")))
    assert (await node.ok("POST", "sys/rotate/root")).status == 204
    after = await node.store.get_many((keys.KEYRING, keys.seal("shamir")))
    assert all(after.entries[key].value != before.entries[key].value for key in before.entries)
    assert await opens(node, node.keys[1:])
    await node.ok("POST", "sys/rotate")
    await node.ok("POST", "sys/rotate/root")
    assert await opens(node, node.keys[:2])


async def test_other_nodes_go_on() -> None:
    """A node that knew the former root key reads, writes, rotates and replaces keys itself, as often as they change."""
    node = await TestNode.start()
    other = await node.peer()
    for number in range(3):
        done = await given(node, NEWER[1], await begun(node, NEWER), node.keys[:2])
        node.keys = other.keys = done["keys"]
        await node.ok("POST", "sys/rotate/root")
        await other.ok("PUT", "probe/rows/a", {"text": f"from the other {number}"})
        assert (await node.ok("GET", "probe/rows/a")).data == {"text": f"from the other {number}"}
        await other.ok("POST", "sys/rotate")
        await other.ok("POST", "sys/rotate/root")
        await node.ok("PUT", "probe/rows/a", {"text": "from this one"})
        assert (await other.ok("GET", "probe/rows/a")).data == {"text": "from this one"}
    assert await opens(node, node.keys[:2])


async def test_who_comes_after_the_hour_is_refused() -> None:
    """Without the row that leads on, a process with the former root key serves nothing, and says why in the log."""
    node = await TestNode.start()
    other = await node.peer()
    await node.ok("POST", "sys/rotate/root")
    await node.ok("GET", "sys/mounts")
    for name in (await node.store.scan(keys.SUCCESSORS)).names:
        await node.store.commit({}, {keys.SUCCESSORS + name: None}, {})
    refused = await other.ask("GET", "probe/rows/a")
    assert refused.status == 500
    assert (await other.ask("GET", "probe/rows/a")).status == 500
    assert (await node.ask("GET", "probe/rows/a")).status == 404


@FAMILIES
@pytest.mark.parametrize(
    "wanted",
    [
        {"secret_shares": 0, "secret_threshold": 1},
        {"secret_shares": 3, "secret_threshold": 1},
        {"secret_shares": 2, "secret_threshold": 3},
        {"secret_shares": 256, "secret_threshold": 3},
        {"secret_shares": 3, "secret_threshold": 2, "backup": True},
        {"secret_shares": 3, "secret_threshold": 2, "pgp_keys": ["x"]},
        {"secret_shares": 1, "secret_threshold": 1, "pgp_keys": ["x"]},
        {},
    ],
)
async def test_what_makes_no_seal_is_refused(family: tuple[str, str, str], wanted: dict[str, Any]) -> None:
    """A malformed wish is 400 and begins nothing."""
    node = await TestNode.start()
    assert (await node.ask("PUT", family[0], wanted)).status == 400
    assert inner(await node.ok("GET", family[0]))["started"] is False


@FAMILIES
async def test_what_is_no_share_is_refused(family: tuple[str, str, str]) -> None:
    """Another nonce, a share twice, text that is none, wrong shares: 400, the last empties the collection."""
    node = await TestNode.start()
    absent = await node.ask("PUT", family[1], {"key": node.keys[0], "nonce": "x"})
    assert absent.status == 400
    nonce = await begun(node, family)
    assert (await node.ask("PUT", family[0], {"secret_shares": 1, "secret_threshold": 1})).status == 400
    for body in (
        {"key": node.keys[0]},
        {"key": node.keys[0], "nonce": "x"},
        {"nonce": nonce},
        {"key": "zz", "nonce": nonce},
        {"key": "AAAA", "nonce": nonce},
        {"key": "00" * 40, "nonce": nonce},
    ):
        assert (await node.ask("PUT", family[1], body)).status == 400, body
    await given(node, family[1], nonce, node.keys[:1])
    assert (await node.ask("PUT", family[1], {"key": node.keys[0], "nonce": nonce})).status == 400
    assert inner(await node.ok("GET", family[0]))["progress"] == 1
    wrong = await node.ask("PUT", family[1], {"key": "00" * 32 + "01", "nonce": nonce})
    assert wrong.status == 400
    assert inner(await node.ok("GET", family[0]))["progress"] == 0
    await given(node, family[1], nonce, node.keys[:2])


async def test_both_families_show_one_attempt() -> None:
    """What was begun by the newer endpoints is seen, and goes on, by the older ones."""
    node = await TestNode.start()
    nonce = await begun(node, NEWER)
    assert (await node.ok("GET", LEGACY[0])).body["nonce"] == nonce
    done = await given(node, LEGACY[1], nonce, node.keys[:2])
    assert await opens(node, done["keys"][:2])


async def test_sealing_forgets_the_shares() -> None:
    """A node that was sealed and unsealed knows of no attempt."""
    node = await TestNode.start()
    await given(node, NEWER[1], await begun(node, NEWER), node.keys[:1])
    await node.ok("PUT", "sys/seal")
    await node.unseal()
    assert inner(await node.ok("GET", NEWER[0]))["started"] is False


@pytest.mark.parametrize("path", [*LEGACY, *NEWER, "sys/rekey/backup", "sys/rotate/root/backup", "sys/rotate/root"])
async def test_a_token_with_the_capability_is_needed(path: str) -> None:
    """Without a token, or with one whose policies don't say so, everything about the root key is 403."""
    node = await TestNode.start()
    lesser = await node.token('path "probe/*" { capabilities = ["read"] }')
    for token in ("", "hvs.nonsense", lesser):
        for method in ("GET", "PUT", "DELETE"):
            assert (await node.ask(method, path, {"key": "00"}, token=token)).status == 403, (method, token)


async def test_replacing_the_root_key_takes_sudo() -> None:
    """The one-shot needs no share, so it needs `sudo`."""
    node = await TestNode.start()
    plain = await node.token('path "sys/rotate/root" { capabilities = ["update"] }')
    assert (await node.ask("POST", "sys/rotate/root", token=plain)).status == 403
    sudo = await node.token('path "sys/rotate/root" { capabilities = ["update", "sudo"] }')
    assert (await node.ask("POST", "sys/rotate/root", token=sudo)).status == 204


async def test_no_share_reaches_the_audit_log() -> None:
    """Shares given and shares made are in the log only as digests; who gave them is."""
    node = await (await TestNode.start()).audited()
    done = await given(node, NEWER[1], await begun(node, NEWER), node.keys[:2])
    log = b"".join(node.recorder.lines).decode()
    assert log.count('"path":"sys/rotate/root/update"') == 4
    for share in (*node.keys, *done["keys"], *done["keys_base64"]):
        assert share not in log


async def test_recovery_keys_are_not_there() -> None:
    """The seal opens by the shares themselves: the endpoints of recovery keys say so."""
    node = await TestNode.start()
    for path, method in (("sys/rekey-recovery-key/init", "GET"), ("sys/rotate/recovery/init", "PUT")):
        assert (await node.ask(method, path, {} if method == "PUT" else None)).status == 400
    assert (await node.ask("GET", "sys/rekey/recovery-key-backup")).errors == ["no backed-up keys found"]
    assert (await node.ask("DELETE", "sys/rekey/recovery-key-backup")).status == 204


@pytest.mark.parametrize("took_place", [False, True])
async def test_a_commit_whose_answer_is_lost_makes_one_set_of_shares(took_place: bool) -> None:
    """Run again, the request gives its share once and answers with the shares that count."""
    node = await TestNode.start()
    nonce = await begun(node, NEWER)
    await given(node, NEWER[1], nonce, node.keys[:1])
    node.plan.add("commit", Unknown(took_place=took_place))
    done = await given(node, NEWER[1], nonce, node.keys[1:2])
    assert node.plan.calls["commit"] > 1
    assert await opens(node, done["keys"][:2])


async def test_a_commit_that_fails_leaves_the_old_shares() -> None:
    """When the store takes no commit, the answer is an error, and the old shares go on to open it."""
    node = await TestNode.start()
    nonce = await begun(node, NEWER)
    await given(node, NEWER[1], nonce, node.keys[:1])
    node.plan.add("commit", Fail())
    assert (await node.ask("PUT", NEWER[1], {"key": node.keys[1], "nonce": nonce})).status >= 500
    assert await opens(node, node.keys[:2])
    done = await given(node, NEWER[1], await begun(node, NEWER), node.keys[:2])
    assert await opens(node, done["keys"][:2])


async def test_the_way_to_a_new_root_key_is_closed_after_an_hour() -> None:
    """Whoever ends what is due removes the row that leads on, and not before its time."""
    node = await TestNode.start()
    await node.ok("POST", "sys/rotate/root")
    await node.ok("GET", "sys/mounts")
    services = node.node.unsealed
    assert services is not None
    for later_s, left in ((3599.0, 1), (2.0, 0)):
        node.clock.advance(later_s)
        fence = await services.barrier.storage.lock("expiry", "test", 10.0)
        assert fence is not None
        await Expiry(services).run_once(fence)
        assert len((await node.store.scan(keys.SUCCESSORS)).names) == left

"""Webhooks deliver each event at least once, in order, signed, and to no address that they mustn't reach."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook as Verifier

from strongroom.barrier.transaction import transact
from strongroom.core.webhooks.delivery import Delivery
from strongroom.core.webhooks.posting import Poster, Result, refused_address
from strongroom.core.webhooks.role import ROLE, Webhooks
from strongroom.lib.errors import Conflict
from strongroom.lib.outgoing.own_machine import is_own
from strongroom.services.events.webhooks import service, signing
from strongroom.services.events.webhooks.records import Webhook
from tests.flow.events.test_subscribing import versioned
from tests.flow.events.test_upkeep import keep_up, rows
from tests.flow.node import TestNode
from tests.sim.answering import answering

SECRET = "whsec_" + "QUJD" * 12
HOOK = {"url": "https://target.example/hook", "secret": SECRET}


class Target:
    """A system that is posted to.

    Attributes:
        answers: what it says to the next posts; then it takes all.
        posts: headers and body of each.
        hangs_at: the number of the post that it never answers; 0 for none.
    """

    def __init__(self) -> None:
        self.answers: list[Result] = []
        self.posts: list[tuple[Mapping[str, str], bytes]] = []
        self.seen: Callable[[], None] = lambda: None
        self.hangs_at = 0

    async def post(self, hook: Webhook, headers: Mapping[str, str], body: bytes, permitted: tuple[str, ...]) -> Result:
        """Take a post."""
        self.posts.append((headers, body))
        self.seen()
        await asyncio.sleep(3600 if len(self.posts) == self.hangs_at else 0)
        return self.answers.pop(0) if self.answers else Result()

    @property
    def paths(self) -> list[str]:
        """What was told, by path."""
        return [json.loads(body)["data"]["event"]["metadata"]["path"] for _, body in self.posts]

    @property
    def ids(self) -> list[str]:
        """The ids of what was told."""
        return [headers["webhook-id"] for headers, _ in self.posts]


@asynccontextmanager
async def delivering(node: TestNode, target: Target) -> Any:
    """The role at work in a node's process; gives a function that waits until something holds."""
    services = node.node.unsealed
    assert services is not None
    polling = asyncio.create_task(services.events.run_forever())
    role = Webhooks(services, target, pause_s=0.01)
    working = asyncio.create_task(role.run_forever())

    async def until(holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not holds():
                await asyncio.sleep(0.01)

    try:
        yield until
    finally:
        for task in (working, polling):
            task.cancel()
        await asyncio.gather(working, polling, return_exceptions=True)


async def test_events_are_posted_in_order_and_signed() -> None:
    """Each event is one post, whose signature another library verifies with the secret."""
    node, target = await versioned(), Target()
    await node.ok("POST", "sys/events/webhooks/ops", {**HOOK, "event_types": "kv-v2/*"})
    for name in "abc":
        await node.ok("PUT", f"secret/data/{name}", {"data": {"x": "canary"}})
    async with delivering(node, target) as until:
        await until(lambda: len(target.posts) == 3)
    assert target.paths == [f"secret/data/{name}" for name in "abc"]
    for headers, body in target.posts:
        id_, at = headers["webhook-id"], int(headers["webhook-timestamp"])
        assert signing.headers_of(signing.parse_secret(SECRET), id_, at, body) == headers
        assert b"canary" not in body
    shown = (await node.ok("GET", "sys/events/webhooks/ops")).data
    assert (shown["status"], shown["delivered"], "secret" in shown) == ("active", 3, False)


def test_signatures_are_those_of_the_standard() -> None:
    """A library of others accepts the signature now, and refuses another body."""
    key, body = signing.parse_secret(SECRET), b'{"id":"1"}'
    headers = dict(signing.headers_of(key, "msg_1", int(time.time()), body))
    assert Verifier(SECRET).verify(body, headers) == {"id": "1"}
    with pytest.raises(Exception, match="signature"):
        Verifier(SECRET).verify(b'{"id":"2"}', headers)


async def test_a_policy_that_does_not_exist_is_told() -> None:
    """A webhook whose only policy is misspelt would deliver nothing, and say that all is well."""
    node = await versioned()
    made = await node.ok("POST", "sys/events/webhooks/ops", {**HOOK, "policies": ["nobody", "root", "default"]})
    assert made.body["warnings"] == ['there is no policy "nobody" yet: it lets the target know nothing']


def test_the_documented_recipe_verifies() -> None:
    """What the documentation gives receivers accepts a post, and refuses another body, an old post, and another key."""
    page = (Path(__file__).parents[3] / "docs" / "events.md").read_text()
    (recipe,) = re.findall(r"^```python\n(.*?)^```$", page, re.M | re.S)
    names: dict[str, Any] = {}
    exec(recipe, names)
    key, now = signing.parse_secret(SECRET), int(time.time())
    headers = signing.headers_of(key, "msg_1", now, b"{}")
    is_genuine = names["is_genuine"]
    assert is_genuine(SECRET, headers, b"{}")
    assert is_genuine(SECRET, {**headers, "webhook-signature": f"v1,AAAA {headers['webhook-signature']}"}, b"{}")
    assert not is_genuine(SECRET, headers, b"{ }")
    assert not is_genuine(SECRET, signing.headers_of(key, "msg_1", now - 3600, b"{}"), b"{}")
    assert not is_genuine("whsec_" + "QUJE" * 12, headers, b"{}")


async def test_who_has_lost_the_role_posts_nothing() -> None:
    """A restore of the store gives up all roles: whatever a delivery was about to repeat is of another time."""
    node, target = await versioned(), Target()
    await node.ok("POST", "sys/events/webhooks/ops", {**HOOK, "event_types": "kv-v2/*"})
    await node.ok("PUT", "secret/data/a", {"data": {}})
    services = node.node.unsealed
    assert services is not None
    storage = services.barrier.storage
    fence = await storage.lock(ROLE, "this node", 60)
    assert fence is not None
    hook = await transact(services.barrier, lambda txn: service.read(txn, "ops"))
    assert hook is not None
    await storage.commit({}, {fence.key: None}, {})
    await services.barrier.sync()
    polling = asyncio.create_task(services.events.run_forever())
    try:
        async with asyncio.timeout(20):
            with pytest.raises(Conflict, match="passed to another holder"):
                await Delivery(services, "ops", hook, fence, target).run()
    finally:
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)
    assert not target.posts


async def test_a_failed_post_is_repeated_with_the_same_id() -> None:
    """What isn't taken is posted again, later, before anything else; the id tells that it is the same."""
    node, target = await versioned(), Target()
    target.answers = [Result("it answered 500"), Result("it can't be reached")]
    await node.ok("POST", "sys/events/webhooks/ops", {**HOOK, "event_types": "kv-v2/*"})
    await node.ok("PUT", "secret/data/a", {"data": {}})
    await node.ok("PUT", "secret/data/b", {"data": {}})
    target.seen = lambda: node.clock.advance(60)
    async with delivering(node, target) as until:
        for count in (1, 2, 4):
            await until(lambda count=count: len(target.posts) >= count)
            await node.ok("POST", "sys/events/webhooks/ops", {})
    assert target.paths[:3] == ["secret/data/a"] * 3
    assert len(set(target.ids[:3])) == 1
    assert target.paths[3] == "secret/data/b"


async def test_another_process_goes_on_where_one_was_killed() -> None:
    """After the end of the process in the middle of a post, another one posts that event again, and misses none."""
    node, target = await versioned(), Target()
    await node.ok("POST", "sys/events/webhooks/ops", {**HOOK, "event_types": "kv-v2/*"})
    for name in "abcd":
        await node.ok("PUT", f"secret/data/{name}", {"data": {}})
    target.hangs_at = 2
    async with delivering(node, target) as until:
        await until(lambda: len(target.posts) == 2)
    node.clock.advance(20)
    peer = await node.peer()
    async with delivering(peer, target) as until:
        await until(lambda: "secret/data/d" in target.paths)
    assert target.paths == [f"secret/data/{name}" for name in "abbcd"]
    assert target.ids[1] == target.ids[2]


async def test_a_target_that_fails_for_long_is_disabled_until_it_is_written() -> None:
    """After `disable_after` nothing is posted any more; status and error say so, and a write tries again."""
    node, target = await versioned(), Target()
    target.answers = [Result("it answered 500")] * 2
    await node.ok("POST", "sys/events/webhooks/ops", {**HOOK, "event_types": "kv-v2/*", "disable_after": 0})
    await node.ok("PUT", "secret/data/a", {"data": {}})
    async with delivering(node, target) as until:
        await until(lambda: len(target.posts) == 1)
        await asyncio.sleep(0.05)
        shown = (await node.ok("GET", "sys/events/webhooks/ops")).data
        assert (shown["status"], shown["error"]) == ("disabled", "it answered 500")
        target.answers.clear()
        await node.ok("POST", "sys/events/webhooks/ops", {})
        await until(lambda: len(target.posts) == 2)
    assert target.paths == ["secret/data/a"] * 2


async def test_a_target_that_is_gone_is_disabled_at_once() -> None:
    """Status 410 says that no more is wanted."""
    node, target = await versioned(), Target()
    target.answers = [Result("it answered 410", gone=True)]
    await node.ok("POST", "sys/events/webhooks/ops", {**HOOK, "event_types": "kv-v2/*"})
    await node.ok("PUT", "secret/data/a", {"data": {}})
    async with delivering(node, target) as until:
        await until(lambda: bool(target.posts))
        while (await node.ok("GET", "sys/events/webhooks/ops")).data["status"] != "disabled":
            await asyncio.sleep(0.01)
    assert len(target.posts) == 1


async def test_a_gap_is_told_to_the_target() -> None:
    """When events were cleared before they were delivered, an event says so, and those that are there follow."""
    node, target = await versioned(), Target()
    await node.ok("PUT", "sys/config/events", {"retention": "1m"})
    await node.ok("POST", "sys/events/webhooks/ops", {**HOOK, "event_types": "kv-v2/*"})
    await node.ok("PUT", "secret/data/lost", {"data": {}})
    node.clock.advance(30)
    await keep_up(node)
    node.clock.advance(120)
    await keep_up(node)
    assert rows(node) == []
    await node.ok("PUT", "secret/data/next", {"data": {}})
    async with delivering(node, target) as until:
        await until(lambda: len(target.posts) == 2)
    assert target.paths == ["sys/events/webhooks/ops", "secret/data/next"]
    assert json.loads(target.posts[0][1])["data"]["event_type"] == "events/gap"
    assert (await node.ok("GET", "sys/events/webhooks/ops")).data["gaps"] == 1


async def test_policies_say_what_a_target_may_know() -> None:
    """Only what the webhook's policies grant is posted."""
    node, target = await versioned(), Target()
    rules = 'path "secret/data/open" { capabilities = ["read", "subscribe"] subscribe_event_types = ["*"] }'
    await node.ok("PUT", "sys/policies/acl/hook", {"policy": rules})
    await node.ok("POST", "sys/events/webhooks/ops", {**HOOK, "policies": "hook"})
    for name in ("closed", "open"):
        await node.ok("PUT", f"secret/data/{name}", {"data": {}})
    async with delivering(node, target) as until:
        await until(lambda: bool(target.posts))
    assert target.paths == ["secret/data/open"]


async def test_nobody_gives_a_webhook_what_he_has_not() -> None:
    """A token without root can name only policies of its own, and can't point another's webhook elsewhere."""
    node = await versioned()
    await node.ok("POST", "sys/events/webhooks/ops", HOOK)
    token = await node.token('path "sys/events/webhooks/*" { capabilities = ["create", "read", "update", "sudo"] }')
    for name, body in (("mine", {**HOOK, "policies": "root"}), ("mine", {**HOOK, "policies": "other"}), ("ops", HOOK)):
        assert (await node.ask("POST", f"sys/events/webhooks/{name}", body, token=token)).status == 403
    await node.ok("POST", "sys/events/webhooks/mine", HOOK, token=token)
    assert (await node.ok("GET", "sys/events/webhooks/mine")).data["policies"] == ["only"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "ftp://a.example"},
        {"url": ""},
        {"url": "https://user:word@a.example"},
        {"secret": "whsec_short"},
        {"secret": "QUJD" * 12},
        {"event_types": []},
        {"event_types": "x" * 300},
        {"ca": "none"},
        {"filter": "value == 1"},
        {"policies": []},
    ],
)
async def test_bad_settings_are_refused(wrong: dict[str, Any]) -> None:
    """What can't work is refused when it is written, and nothing is stored."""
    node = await versioned()
    assert (await node.ask("POST", "sys/events/webhooks/ops", HOOK | wrong)).status == 400
    assert (await node.ask("GET", "sys/events/webhooks/ops")).status == 404


async def test_a_secret_that_was_made_is_told_once() -> None:
    """Without a secret one is made and shown, and never again; what is deleted is gone, and events aren't written."""
    node = await versioned()
    made = (await node.ok("POST", "sys/events/webhooks/ops", {"url": HOOK["url"]})).data["generated_secret"]
    assert len(signing.parse_secret(made)) == 32
    assert made not in str((await node.ok("GET", "sys/events/webhooks/ops")).body)
    assert (await node.ok("POST", "sys/events/webhooks/ops", {})).status == 204
    assert (await node.ok("GET", "sys/config/events")).data["written"] is True
    await node.ok("DELETE", "sys/events/webhooks/ops")
    assert (await node.ok("GET", "sys/config/events")).data["written"] is False


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("127.0.0.1", "loopback"),
        ("::1", "loopback"),
        ("::ffff:127.0.0.1", "loopback"),
        ("64:ff9b::169.254.169.254", "link-local"),
        ("169.254.169.254", "link-local"),
        ("fd00:ec2::254", "metadata"),
        ("100.100.100.200", "metadata"),
        ("0.0.0.0", "unspecified"),
        ("fe80::1", "link-local"),
        ("192.0.2.1", ""),
        ("10.0.0.1", ""),
    ],
)
def test_special_addresses_are_refused(address: str, kind: str) -> None:
    """Addresses of this machine, its link and its cloud aren't posted to; those of a site are."""
    refused = refused_address(address, ())
    assert (f"a {kind} address" in refused) if kind else refused == ""
    assert refused_address("127.0.0.1", ("127.0.0.0/8",)) == ""


@pytest.mark.parametrize("address", ["10.0.0.1", "2001:db8::1"])
def test_addresses_of_this_machine_are_refused_like_its_loopback(address: str) -> None:
    """Programs that trust their own machine listen at its other addresses too; `webhook_permitted_ip_ranges` counts."""
    assert "a local address" in refused_address(address, (), own=True)
    assert refused_address(address, (address,), own=True) == ""
    assert refused_address("::ffff:10.0.0.1", ("10.0.0.0/8",), own=True) == ""


@pytest.mark.parametrize(("address", "own"), [("127.0.0.1", True), ("127.9.9.9", True), ("198.51.100.7", False)])
def test_this_machine_knows_its_addresses(address: str, own: bool) -> None:
    """All addresses that it could listen at, and no others."""
    assert is_own(address) is own


async def test_redirects_and_loopback_are_not_followed() -> None:
    """A real target on the loopback is refused unless it is permitted, and a redirect is a failure."""
    with answering() as server:
        server.table |= {"POST /to": (307, {}), "POST /ok": {}}
        hook = Webhook(revision="1", url=f"{server.url}/ok", secret=b"x" * 24)
        assert "loopback" in (await Poster().post(hook, {}, b"{}", ())).reason
        assert server.asked == []
        assert await Poster().post(hook, {"webhook-id": "1"}, b"{}", ("127.0.0.0/8",)) == Result()
        moved = Webhook(revision="1", url=f"{server.url}/to", secret=b"x" * 24)
        assert "redirects aren't followed" in (await Poster().post(moved, {}, b"{}", ("127.0.0.0/8",))).reason
        named = Webhook(revision="1", url=server.url.replace("127.0.0.1", "localhost") + "/ok", secret=b"x" * 24)
        assert "loopback" in (await Poster().post(named, {}, b"{}", ())).reason

"""Rows of the store by their keys, if the configuration allows it."""

from __future__ import annotations

import base64
import dataclasses
import json

import msgspec
import pytest

from strongroom.barrier import keys
from tests.flow.node import TestNode

COUNTER = keys.LEASE_COUNT + "test"


async def opened() -> TestNode:
    """A node whose configuration allows it."""
    node = await TestNode.start()
    assert node.node.unsealed is not None
    node.node.unsealed = dataclasses.replace(node.node.unsealed, shows_rows=True)
    return node


async def test_without_the_setting_there_is_no_such_path() -> None:
    """Whatever the token."""
    node = await TestNode.start()
    for method, path in (
        ("GET", "sys/raw/shared"),
        ("LIST", "sys/raw"),
        ("POST", "sys/raw/a"),
        ("DELETE", "sys/raw/a"),
    ):
        assert (await node.ask(method, path, {"value": "1"} if method == "POST" else None)).status == 404


async def test_folders_are_listed_page_by_page() -> None:
    """From the top to the rows; what isn't there is not found."""
    node = await opened()
    assert set((await node.ok("LIST", "sys/raw")).data["keys"]) >= {"core/", "shared/"}
    mounts = (await node.ok("LIST", f"sys/raw/{keys.mounts('root')}")).data["keys"]
    assert len(mounts) >= 5
    first = (await node.ok("LIST", f"sys/raw/{keys.mounts('root')}?limit=2")).data["keys"]
    rest = (await node.ok("LIST", f"sys/raw/{keys.mounts('root')}?after={first[-1]}")).data["keys"]
    assert [*first, *rest] == mounts
    assert (await node.ask("LIST", "sys/raw/nosuch")).status == 404


async def test_a_row_is_read_changed_and_deleted() -> None:
    """Its change takes effect at once: it is an ordinary commit."""
    node = await opened()
    await node.ok("PUT", "sys/policies/acl/p", {"policy": 'path "a" { capabilities = ["read"] }'})
    key = keys.policies("root") + "p"
    value = json.loads((await node.ok("GET", f"sys/raw/{key}")).data["value"])
    assert value["text"].startswith("path")
    changed = {**value, "text": 'path "b" { capabilities = ["read"] }'}
    await node.ok("POST", f"sys/raw/{key}", {"value": json.dumps(changed)})
    assert (await node.ok("GET", "sys/policies/acl/p")).data["policy"] == changed["text"]
    raw = base64.b64decode((await node.ok("GET", f"sys/raw/{key}?encoding=base64")).data["value"])
    assert msgspec.msgpack.decode(raw) == changed
    assert changed["text"].encode() not in node.rows()[key]
    again = {"value": base64.b64encode(raw).decode(), "encoding": "base64"}
    await node.ok("POST", f"sys/raw/{key}", again)
    await node.ok("DELETE", f"sys/raw/{key}")
    assert (await node.ask("GET", f"sys/raw/{key}")).status == 404
    assert (await node.ask("GET", "sys/policies/acl/p")).status == 404


async def test_a_row_that_cannot_be_read_can_be_deleted() -> None:
    """What was altered in the store fails with an error, and goes."""
    node = await opened()
    await node.ok("PUT", "sys/policies/acl/p", {"policy": 'path "a" { capabilities = ["read"] }'})
    key = keys.policies("root") + "p"
    row = node.rows()[key]
    damaged = row[:-1] + bytes([row[-1] ^ 1])
    async with node.store.exclusive(1) as committer:
        await committer.commit({}, {key: damaged}, {})
    assert (await node.ask("GET", f"sys/raw/{key}")).status == 500
    await node.ok("DELETE", f"sys/raw/{key}")
    assert (await node.ask("GET", f"sys/raw/{key}")).status == 404


async def test_a_counter_is_a_number() -> None:
    """It is stored in clear, and stays so."""
    node = await opened()
    async with node.store.exclusive(1) as committer:
        await committer.commit({}, {COUNTER: b"7"}, {})
    assert (await node.ok("GET", f"sys/raw/{COUNTER}")).data == {"value": "7"}
    await node.ok("POST", f"sys/raw/{COUNTER}", {"value": "12"})
    assert node.rows()[COUNTER] == b"12"
    assert (await node.ask("POST", f"sys/raw/{COUNTER}", {"value": '{"~type": "x"}'})).status == 400


@pytest.mark.parametrize(
    "key",
    [
        "core/keyring",
        "core/seal/shamir",
        "core",
        keys.CLUSTER,
        keys.WRAPPING_KEY,
        keys.namespace_keyring("abcdef"),
        keys.namespace_seal("root", "abcdef"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_what_opens_the_store_is_refused(key: str, method: str) -> None:
    """Nobody reads a key, replaces or loses it by this way."""
    node = await opened()
    before = node.rows()
    answer = await node.ask(method, f"sys/raw/{key}", {"value": '{"~type": "x"}'} if method == "POST" else None)
    assert (answer.status, answer.errors) == (400, [f'cannot access "{key}"'])
    assert node.rows() == before


@pytest.mark.parametrize(
    ("key", "body"),
    [
        ("shared/root/sys/x", {}),
        ("shared/root/sys/x", {"value": "no json"}),
        ("shared/root/sys/x", {"value": "[1]"}),
        ("shared/root/sys/x", {"value": '{"a": 1}'}),
        ("shared/root/sys/x", {"value": "a b", "encoding": "base64"}),
        ("shared/root/sys/x", {"value": "AAAA", "encoding": "base64"}),
        ("shared/root/sys/x", {"value": '{"~type": "x"}', "encoding": "hex"}),
        ("shared/root/sys/x", {"value": '{"~type": "x"}', "compression_type": "gzip"}),
        ("shared/nosuch/sys/x", {"value": '{"~type": "x"}'}),
        ("shared/root/x", {"value": '{"~type": "x"}'}),
        ("other/root/sys/x", {"value": '{"~type": "x"}'}),
        ("shared/root/sys/" + "x" * 2100, {"value": '{"~type": "x"}'}),
    ],
)
async def test_what_no_row_can_hold_is_refused(key: str, body: dict[str, str]) -> None:
    """With an error that says so, and nothing is stored."""
    node = await opened()
    before = node.rows()
    assert (await node.ask("POST", f"sys/raw/{key}", body)).status == 400
    assert node.rows() == before


async def test_it_takes_sudo_in_the_root_namespace() -> None:
    """A policy for the path alone isn't enough, and a namespace has no such path."""
    node = await opened()
    token = await node.token('path "sys/raw/*" { capabilities = ["read", "list", "update", "create", "delete"] }')
    assert (await node.ask("LIST", "sys/raw/shared", token=token)).status == 403
    await node.ok("POST", "sys/namespaces/team")
    assert (await node.ask("LIST", "team/sys/raw")).status == 400

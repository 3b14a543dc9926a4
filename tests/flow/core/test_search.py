"""Searching names and custom metadata: nothing that one may not read, no value, and bounded work."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest

from strongroom.barrier.transaction import Transaction, transact
from strongroom.engines.kv.records import PlainSecret
from strongroom.sysapi.system import search as searching
from strongroom.testing import PluginServer


async def stocked() -> PluginServer:
    """A mount of each version, and one that was upgraded."""
    server = await PluginServer.start(mounted=False)
    await server.mount("kv", "old", options={"version": "1"})
    await server.mount("kv", "new", options={"version": "2"})
    await server.mount("kv", "both", options={"version": "1"})
    for name in ("Billing/db", "billing/api", "web"):
        await server.ok("POST", f"old/{name}", {"value": "hidden-needle"})
        await server.ok("POST", f"new/data/{name}", {"data": {"value": "hidden-needle"}})
        await server.ok("POST", f"both/{name}", {"value": "hidden-needle"})
    await server.ok("POST", "sys/mounts/both/tune", {"options": {"version": "2"}})
    await server.ok("POST", "both/data/billing/later", {"data": {"value": "hidden-needle"}})
    await server.ok("POST", "new/metadata/web", {"custom_metadata": {"owner": "Team Billing", "stage": "test"}})
    await server.ok("POST", "new/metadata/billing/api", {"custom_metadata": {"owner": "ann"}})
    return server


async def found(server: PluginServer, token: str = "root", namespace: str = "", **body: Any) -> list[str]:
    """The paths that are found, page by page; no page has more than it may, and none overlaps another."""
    names: list[str] = []
    after = ""
    for _ in range(50):
        answer = (await server.ok("POST", f"{namespace}sys/search", {**body, "after": after}, token=token)).data
        assert answer["keys"] == list(answer["key_info"])
        assert not {*names} & {*answer["keys"]}
        assert len(answer["keys"]) <= body.get("limit", 100)
        names += answer["keys"]
        after = answer["after"]
        assert answer["complete"] is not bool(after)
        if not after:
            return sorted(names)
    raise AssertionError("it doesn't end")


EVERYWHERE = sorted(
    [f"{mount}/{name}" for mount in ("old", "new", "both") for name in ("Billing/db", "billing/api")]
    + ["both/billing/later", "new/web"]
)


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
async def test_names_and_metadata_are_found(limit: int) -> None:
    """In any case of letters, over all mounts, of the version before an upgrade too; whatever the size of pages."""
    server = await stocked()
    assert await found(server, text="billing", limit=limit) == EVERYWHERE
    assert await found(server, text="BILLING", limit=limit) == EVERYWHERE
    assert await found(server, text="billing", mount="old/", limit=limit) == ["old/Billing/db", "old/billing/api"]
    assert await found(server, text="stage", limit=limit) == ["new/web"]
    assert await found(server, metadata={"owner": ""}, limit=limit) == ["new/billing/api", "new/web"]
    assert await found(server, metadata={"owner": "team"}, text="web", limit=limit) == ["new/web"]
    assert await found(server, metadata={"nobody": ""}, limit=limit) == []
    assert await found(server, text="billing", mount=["nowhere", "new"], limit=limit) == [
        "new/Billing/db",
        "new/billing/api",
        "new/web",
    ]


async def test_values_are_never_found() -> None:
    """What stands in a secret finds nothing, and nothing of it is told."""
    server = await stocked()
    assert await found(server, text="hidden") == []
    answer = await server.ok("POST", "sys/search", {"text": "web", "mount": "new"})
    assert answer.data["key_info"] == {
        "new/web": {
            "mount": "new/",
            "name": "web",
            "custom_metadata": {"owner": "Team Billing", "stage": "test"},
        }
    }


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("", []),
        ('path "new/data/billing/*" { capabilities = ["read"] }', ["new/billing/api"]),
        ('path "new/metadata/billing/*" { capabilities = ["read"] }', ["new/billing/api"]),
        ('path "new/metadata/*" { capabilities = ["list"] }', []),
        ('path "new/data/+/db" { capabilities = ["read"] }', ["new/Billing/db"]),
        (
            'path "old/*" { capabilities = ["read"] } path "old/billing/*" { capabilities = ["deny"] }',
            [],  # a deny counts in any letters
        ),
        ('path "old/web" { capabilities = ["read"] }', []),
        (
            'path "old/*" { capabilities = ["read"] control_group = { factor "a" { identity { group_names = ["g"] '
            "approvals = 1 } } } }",
            [],
        ),
        ('path "old/*" { capabilities = ["read"] min_wrapping_ttl = "1m" }', []),
    ],
)
async def test_only_what_one_may_read_is_found(rules: str, expected: list[str]) -> None:
    """By the rules of each path, those that ask for more than a token included."""
    server = await stocked()
    token = await server.token('path "sys/search" { capabilities = ["update"] }\n' + rules)
    assert await found(server, token, text="billing") == expected


async def test_namespaces_and_locked_mounts() -> None:
    """A search sees its own namespace alone, and no mount that is locked."""
    server = await stocked()
    await server.ok("POST", "sys/namespaces/a")
    await server.ok("POST", "a/sys/mounts/inner", {"type": "kv"})
    await server.ok("POST", "a/inner/billing", {"value": "x"})
    assert await found(server, namespace="a/", text="billing") == ["inner/billing"]
    assert await found(server, text="billing") == EVERYWHERE
    await server.ok("POST", "sys/mount-lock/old")
    assert await found(server, text="billing", mount="old") == []


async def test_work_is_bounded() -> None:
    """One request looks at so many secrets, says that there are more, and the next one goes on."""
    server = await PluginServer.start(mounted=False)
    await server.mount("kv", "many")
    count = searching.LOOKED_AT + 300
    for begin in range(0, count, 500):
        await _written(server, begin, min(count, begin + 500))
    first = (await server.ok("POST", "sys/search", {"text": "n999"})).data
    assert (first["keys"], first["complete"]) == ([], False)
    told = base64.urlsafe_b64decode(first["after"] + "==")
    assert b"many" not in told and not re.search(rb"n\d{3}", told), "the last name is not the client's to know"
    second = (await server.ok("POST", "sys/search", {"text": "n999", "after": first["after"]})).data
    assert (second["keys"], second["complete"]) == (["many/n999"], True)


async def _written(server: PluginServer, begin: int, end: int) -> None:
    async def body(txn: Transaction) -> None:
        router = await server.services.mounts.router(txn)
        prefix = router.by_path["many/"].prefix
        for number in range(begin, end):
            txn.write(f"{prefix}plain/n{number}", PlainSecret(data=b"{}", written_at=0.0))

    await transact(server.services.barrier, body)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({}, "needed"),
        ({"text": ""}, "needed"),
        ({"text": "x", "limit": 0}, "limit"),
        ({"text": "x", "limit": 1001}, "limit"),
        ({"text": "x" * 257}, "256 characters"),
        ({"metadata": {"k": "x" * 257}}, "256 characters"),
        ({"text": "x", "after": "7"}, "after"),
        ({"text": "x", "after": '["a"]'}, "after"),
        ({"text": "x", "after": '["old/", "w"]'}, "after"),
        ({"text": "x", "after": "A" * 200}, "after"),
        ({"text": "x", "after": "é"}, "after"),
    ],
)
async def test_bad_searches_are_refused(body: dict[str, Any], text: str) -> None:
    """With what is wrong."""
    server = await PluginServer.start(mounted=False)
    answer = await server.ask("POST", "sys/search", body)
    assert answer.status == 400
    assert text in answer.error

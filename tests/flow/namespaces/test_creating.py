"""Making namespaces: their names, their number, what is in the way."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from strongroom.services.namespaces.naming import MAX_DEPTH, MAX_NAME
from strongroom.testing import PluginServer
from tests.flow.node import TestNode
from tests.flow.sysapi.system_server import Server


async def test_a_server_without_namespaces_says_so() -> None:
    """A request that names one learns why it isn't there; from the first one on, only that it isn't."""
    server = await Server.start()
    asked = {"x-vault-namespace": "admin"}
    refused = await server.ask("GET", "sys/mounts", headers=asked)
    assert refused.status == 404
    assert refused.body["errors"] == [
        "namespace not found: this server has no namespaces, so requests to it must not name one"
    ]
    await server.ok("GET", "sys/mounts", headers={"x-vault-namespace": "root/"})
    await server.ok("POST", "sys/namespaces/team")
    assert (await server.ask("GET", "sys/mounts", headers=asked)).body["errors"] == ["namespace not found"]


async def test_a_response_names_the_namespace_of_its_request() -> None:
    """Command lines show it beside an error.  What no client could print isn't sent back."""
    server = await TestNode.start()
    await server.ok("POST", "sys/namespaces/team")
    for path, named in (
        ("sys/mounts", "team/"),
        ("kv/nothing", "team"),
        ("sys/mounts", "nope"),
        ("sys/health", "team"),
    ):
        answer = await server.ask("GET", path, headers={"x-vault-namespace": named})
        assert answer.headers["X-Vault-Namespace"] == named
    for unprintable in ("te\tam", "t\u00fc", "x" * 10_000):
        answer = await server.ask("GET", "sys/mounts", headers={"x-vault-namespace": unprintable})
        assert "X-Vault-Namespace" not in answer.headers
    assert "X-Vault-Namespace" not in (await server.ok("GET", "team/sys/mounts")).headers


@pytest.mark.parametrize(
    "name",
    [
        *("root", "Sys", "audit", "auth", "cubbyhole", "IDENTITY"),
        *("a b", "a*", "a+b", "a%3fb", "a%23b", "a%25b", "a%5cb", "a/b", "x" * (MAX_NAME + 1)),
    ],
)
async def test_names_that_something_would_misread_are_refused(name: str) -> None:
    """Nothing is made."""
    server = await Server.start()
    refused = await server.ask("POST", "sys/namespaces/" + name.replace(" ", "%20"))
    assert refused.status == 400, refused
    assert (await server.ask("LIST", "sys/namespaces")).status == 404


async def test_names_with_letters_of_the_world_are_one_each() -> None:
    """Letter case counts.  A name is reached in the spelling that it was made with."""
    server = await Server.start()
    for name in ("Team", "team", "%C3%BC", "a.b", "x" * MAX_NAME):
        await server.ok("POST", f"sys/namespaces/{name}")
        await server.ok("GET", f"{name}/sys/mounts")
    await server.ok("GET", "sys/mounts", headers={"x-vault-namespace": "a.b"})
    assert len((await server.ok("LIST", "sys/namespaces")).data["keys"]) == 5
    assert (await server.ask("GET", "TEAM/sys/mounts")).status == 404


async def test_the_depth_is_bounded() -> None:
    """Every request walks down to its namespace."""
    server = await Server.start()
    path = ""
    for _ in range(MAX_DEPTH):
        await server.ok("POST", f"{path}sys/namespaces/n")
        path += "n/"
    await server.ok("GET", f"{path}sys/mounts")
    refused = await server.ask("POST", f"{path}sys/namespaces/n")
    assert (refused.status, refused.error) == (400, f"namespaces can be nested {MAX_DEPTH} deep at the most")
    assert len((await server.ok("SCAN", "sys/namespaces")).data["keys"]) == MAX_DEPTH


async def test_a_path_that_leads_nowhere_loses_nothing() -> None:
    """However long, strange or climbing the name of a namespace is, the request is refused."""
    server = await Server.start()
    await server.ok("POST", "sys/namespaces/team")
    for named in ("team//x", "..", "team/..", ".", "x" * 5000, "x" * 9000, "/".join("n" * 2000), "team/nope", "Team"):
        refused = await server.ask("GET", "sys/mounts", headers={"x-vault-namespace": named})
        assert refused.status in {400, 404}, (named[:20], refused)
    for path in ("y" * 4000, "team%2f..", "n/" * 500 + "x"):
        assert (await server.ask("GET", f"sys/namespaces/{path}")).status in {400, 404}, path[:20]
        assert (await server.ask("POST", f"sys/namespaces/{path}")).status in {400, 404}, path[:20]


async def test_metadata_is_replaced_by_writing_and_changed_by_patching() -> None:
    """Null removes a name; other types than text and too much of it are refused, and change nothing."""
    server = await Server.start()
    path = "sys/namespaces/team"
    await server.ok("POST", path, {"custom_metadata": {"a": "1", "b": "2"}})

    async def metadata() -> Any:
        return (await server.ok("GET", path)).data["custom_metadata"]

    await server.ok("PATCH", path, {"custom_metadata": {"a": None, "c": "3"}})
    assert await metadata() == {"b": "2", "c": "3"}
    await server.ok("PATCH", path, {"custom_metadata": None})
    assert await metadata() == {"b": "2", "c": "3"}
    for wrong in ({"n": 1}, {"n": {"m": "x"}}, "text", {"n": "x" * 100_000}, {str(n): "x" for n in range(10_000)}):
        for verb in ("POST", "PATCH"):
            assert (await server.ask(verb, path, {"custom_metadata": wrong})).status == 400, (verb, wrong)
    assert await metadata() == {"b": "2", "c": "3"}
    await server.ok("POST", path)
    assert await metadata() == {}
    missing = await server.ask("PATCH", "sys/namespaces/nope", {"custom_metadata": {}})
    assert (missing.status, missing.error) == (400, "namespace not found")


async def test_a_listing_goes_page_by_page() -> None:
    """`after` and `limit` as everywhere."""
    server = await Server.start()
    for name in ("a", "b", "c", "d"):
        await server.ok("POST", f"sys/namespaces/{name}")
    page = await server.ok("LIST", "sys/namespaces?after=a/&limit=2")
    assert page.data["keys"] == ["b/", "c/"]


async def test_a_name_and_a_mount_exclude_each_other() -> None:
    """Whichever is first, at any depth; a mount can't be moved there either."""
    server = await Server.start()
    await server.ok("POST", "sys/mounts/kv/deep", {"type": "kv"})
    await server.ok("POST", "sys/namespaces/team")
    assert (await server.ask("POST", "sys/namespaces/kv")).status == 400
    for path in ("team", "team/db", "team/db/x"):
        assert (await server.ask("POST", f"sys/mounts/{path}", {"type": "kv"})).status == 400, path
    assert (await server.ask("POST", "sys/remount", {"from": "kv/deep", "to": "team"})).status == 400
    await server.ok("POST", "sys/auth/team", {"type": "userpass"})  # auth/team/ is no path of a namespace


async def test_both_at_the_same_instant_leave_one() -> None:
    """Two nodes on one store: the second commit meets the first one."""
    for turn in range(6):
        one = await PluginServer.start()
        other = await one.peer()
        asks = [one.ask("POST", "sys/namespaces/kv"), other.ask("POST", "sys/mounts/kv/x", {"type": "kv"})]
        replies = await asyncio.gather(*(asks if turn % 2 else reversed(asks)))
        assert sorted(reply.status < 300 for reply in replies) == [False, True], replies
        twice = await asyncio.gather(
            one.ask("POST", "sys/namespaces/t", {"custom_metadata": {"by": "one"}}),
            other.ask("POST", "sys/namespaces/t", {"custom_metadata": {"by": "other"}}),
        )
        assert twice[0].data["id"] == twice[1].data["id"]


async def test_a_name_that_none_can_have_takes_no_room_in_the_cache() -> None:
    """A client without a token can ask for any number of them."""
    server = await Server.start()
    long = "x" * (MAX_NAME + 1)
    for path, header in (("sys/mounts", long), ("sys/mounts", f"team/{long}"), (f"{long}/sys/mounts", "")):
        await server.ask("GET", path, token="", headers={"x-vault-namespace": header} if header else {})
    assert not [key for key in server.services.barrier.cache._rows if long in key]

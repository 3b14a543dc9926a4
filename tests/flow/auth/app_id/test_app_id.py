"""The auth method app-id: pairs of an app id and a user id, as of 2016."""

from __future__ import annotations

import json
from typing import Any

import pytest

from strongroom.barrier.record import HEADER_BYTES
from strongroom.testing import PluginServer
from strongroom.testing.server import Reply
from tests.flow.node import TestNode

MOUNT = "auth/app-id/"
APP, USER = "canary-app", "canary-user"


async def started(**user: Any) -> PluginServer:
    """A server with one pair."""
    server = await PluginServer.start()
    await server.mount("app-id", auth=True)
    await server.ok("POST", f"{MOUNT}map/app-id/{APP}", {"value": "Web,two", "display_name": "shop"})
    await server.ok("POST", f"{MOUNT}map/user-id/{USER}", {"value": f"other, {APP}", **user})
    return server


async def log_in(server: PluginServer, app: str = APP, user: str = USER, address: str = "192.0.2.7") -> Reply:
    """Try to log in."""
    body = {"app_id": app, "user_id": user}
    return await server.ask("POST", f"{MOUNT}login", body, token="", address=address)


async def test_login() -> None:
    """By the body or by the path, in any case; the answer says what has replaced the method."""
    server = await started()
    replies = [await log_in(server), await log_in(server, APP.upper(), USER.upper())]
    replies.append(await server.ask("POST", f"{MOUNT}login/{APP}", {"user_id": USER}, token=""))
    entities = set()
    for reply in replies:
        assert reply.status == 200
        auth = reply.body["auth"]
        assert auth["policies"] == ["default", "two", "web"]
        assert auth["metadata"].keys() == {"app-id", "user-id"}
        assert "approle" in reply.body["warnings"][0]
        entities.add(auth["entity_id"])
        known = await server.ok("GET", "auth/token/lookup-self", token=auth["client_token"])
        assert known.data["display_name"] == "app-id-shop"
        assert known.data["path"] == "auth/app-id/login"
        leases = await server.ok("LIST", "sys/leases/lookup/auth/app-id/login")
        shown = json.dumps([reply.body, known.data, leases.data])
        assert not [text for text in (APP, USER) if text in shown]
    assert len(entities) == 1


@pytest.mark.parametrize(
    ("app", "user", "then"),
    [
        ("none", USER, None),
        (APP, "none", None),
        ("other", USER, None),
        (APP, USER, f"map/app-id/{APP}"),
        (APP, USER, f"map/user-id/{USER}"),
        (USER, APP, None),
    ],
)
async def test_each_id_alone_decides(app: str, user: str, then: str | None) -> None:
    """Whichever is wrong, gone or not mapped, the answer is the same."""
    server = await started()
    if then is not None:
        await server.ok("DELETE", MOUNT + then)
    reply = await log_in(server, app, user)
    assert (reply.status, reply.error) == (400, "invalid user ID or app ID")


async def test_what_is_missing_or_too_long() -> None:
    """No id, half of a pair, and a text that is no id."""
    server = await started()
    for app, user in (("", USER), (APP, ""), ("", "")):
        assert (await log_in(server, app, user)).error == "missing 'app_id' or 'user_id'"
    assert (await log_in(server, APP, "x" * 513)).error == "invalid user ID or app ID"
    fresh = await PluginServer.start()
    await fresh.mount("app-id", auth=True)
    assert (await log_in(fresh)).error == "invalid user ID or app ID"


async def test_addresses() -> None:
    """A user id may be bound to a block; who doesn't know the pair isn't told so."""
    server = await started(cidr_block="192.0.2.0/24")
    assert (await log_in(server)).status == 200
    for address in ("198.51.100.1", ""):
        reply = await log_in(server, address=address)
        assert reply.status == 400
        assert reply.error.startswith("unauthorized source address")
        assert (await log_in(server, "other", address=address)).error == "invalid user ID or app ID"


async def test_the_app_id_default_gives_its_policies_to_all() -> None:
    """Beside those of each app."""
    server = await started()
    await server.ok("POST", f"{MOUNT}map/app-id/default", {"value": "everyone"})
    assert (await log_in(server)).body["auth"]["policies"] == ["default", "everyone", "two", "web"]


async def test_maps_are_read_listed_and_deleted() -> None:
    """A listing has digests, because an app id is half of what a login needs."""
    server = await started(cidr_block="192.0.2.0/24")
    shown = (await server.ok("GET", f"{MOUNT}map/app-id/{APP.upper()}")).data
    assert shown == {"key": APP, "value": "two,web", "display_name": "shop"}
    shown = (await server.ok("GET", f"{MOUNT}map/user-id/{USER}")).data
    assert shown == {"key": USER, "value": f"other,{APP}", "cidr_block": "192.0.2.0/24"}
    for kind, id_ in (("app-id", APP), ("user-id", USER)):
        listed = (await server.ok("LIST", f"{MOUNT}map/{kind}")).data["keys"]
        assert (await server.ok("GET", f"{MOUNT}map/{kind}")).data["keys"] == listed
        assert len(listed) == 1
        assert len(listed[0]) == 64
        assert (await server.ask("LIST", f"{MOUNT}map/{kind}?after={listed[0]}")).status == 404
        assert (await server.ask("GET", f"{MOUNT}map/{kind}/none")).status == 404
        await server.ok("DELETE", f"{MOUNT}map/{kind}/{id_}")
        await server.ok("DELETE", f"{MOUNT}map/{kind}/{id_}")
        assert (await server.ask("GET", f"{MOUNT}map/{kind}/{id_}")).status == 404
        assert (await server.ask("LIST", f"{MOUNT}map/{kind}")).status == 404


async def test_an_id_has_no_other_spelling() -> None:
    """Policies name it by its path, so a path with spaces around it must not lead to it."""
    server = await started()
    for path in (f"map/app-id/{APP}", f"map/user-id/{USER}"):
        for spelled in (path.replace("/canary", "/%20canary"), f"{path}%20"):
            for method in ("GET", "POST", "DELETE"):
                assert (await server.ask(method, MOUNT + spelled, {"value": "x"})).status == 404
        await server.ok("GET", MOUNT + path)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("map/app-id/a@b", {"value": "x"}, 404),
        ("map/app-id/new", {"value": "root"}, 400),
        ("map/app-id/new", {"value": "response-wrapping"}, 400),
        ("map/app-id/new", {"value": {"x": 1}}, 400),
        ("map/app-id/new", {"value": ["x" * 513]}, 400),
        ("map/user-id/a b", {"value": "x"}, 404),
        ("map/user-id/new", {"cidr_block": "x"}, 400),
        ("map/user-id/new", {"value": [str(n) for n in range(513)]}, 400),
    ],
)
async def test_bad_maps_are_refused(path: str, body: dict[str, Any], status: int) -> None:
    """And nothing is stored."""
    server = await started()
    assert (await server.ask("POST", MOUNT + path.replace(" ", "%20"), body)).status == status
    for kind in ("app-id", "user-id"):
        assert len((await server.ok("LIST", f"{MOUNT}map/{kind}")).data["keys"]) == 1


async def test_renewals() -> None:
    """While both ids are there, fit each other and give the same policies; from any address."""
    server = await started(cidr_block="192.0.2.0/24")
    token = (await log_in(server)).body["auth"]["client_token"]

    async def renew() -> int:
        asked = await server.ask("POST", "auth/token/renew-self", {}, token=token, address="198.51.100.1")
        return asked.status

    assert await renew() == 200
    await server.ok("POST", f"{MOUNT}map/user-id/{USER}", {"value": "other"})
    assert await renew() == 400
    await server.ok("POST", f"{MOUNT}map/user-id/{USER}", {"value": APP})
    assert await renew() == 200
    await server.ok("POST", f"{MOUNT}map/app-id/{APP}", {"value": "web"})
    assert await renew() == 400
    await server.ok("POST", f"{MOUNT}map/app-id/{APP}", {"value": "web,two"})
    assert await renew() == 200
    await server.ok("DELETE", f"{MOUNT}map/app-id/{APP}")
    assert await renew() == 400


async def test_ids_are_in_no_key_and_in_no_audit_entry() -> None:
    """Both are secrets: the store has digests in clear, and the audit log too, in paths as well."""
    node = await TestNode.start()
    await node.ok("POST", "sys/auth/app-id", {"type": "app-id"})
    await node.audited()
    await node.ok("POST", f"{MOUNT}map/app-id/{APP}", {"value": "web"})
    await node.ok("POST", f"{MOUNT}map/user-id/{USER}", {"value": APP})
    await node.ok("POST", f"{MOUNT}login/{APP}", {"user_id": USER}, token="")
    await node.ok("POST", f"{MOUNT}login", {"app_id": APP, "user_id": USER}, token="")
    await node.ok("GET", f"{MOUNT}map/user-id/{USER}")
    text = json.dumps(node.recorder.entries)
    assert not [secret for secret in (APP, USER) if secret in text]
    for key, value in node.rows().items():
        assert len(value) <= HEADER_BYTES or not [each for each in (APP, USER) if each in key]

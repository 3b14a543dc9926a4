"""Insides of the server, if the configuration allows to look at them."""

from __future__ import annotations

import dataclasses

import pytest

from tests.flow.node import TestNode

ROUTER, REQUEST = "sys/internal/inspect/router", "sys/internal/inspect/request"


async def opened() -> TestNode:
    """A node whose configuration allows it."""
    node = await TestNode.start()
    assert node.node.unsealed is not None
    node.node.unsealed = dataclasses.replace(node.node.unsealed, shows_insides=True)
    return node


async def test_without_the_setting_there_are_no_such_paths() -> None:
    """Whatever the token."""
    node = await TestNode.start()
    assert (await node.ask("GET", f"{ROUTER}/root")).status == 404
    assert (await node.ask("GET", REQUEST)).status == 404


@pytest.mark.parametrize(
    ("tag", "order", "tells_prefix"),
    [
        ("root", "mount_namespace", True),
        ("uuid", "uuid", False),
        ("accessor", "accessor", False),
        ("storage", "storage_prefix", True),
    ],
)
async def test_the_router_lists_all_mounts(tag: str, order: str, tells_prefix: bool) -> None:
    """Those of namespaces too, in the order of what they are found by."""
    node = await opened()
    await node.ok("POST", "sys/namespaces/team")
    await node.ok("POST", "team/sys/mounts/plans", {"type": "kv"})
    found = (await node.ok("GET", f"{ROUTER}/{tag}")).data[tag]
    assert [row[order] for row in found] == sorted(row[order] for row in found)
    assert {(row["mount_namespace"], row["mount_path"]) for row in found} >= {("team/", "plans/"), ("", "probe/")}
    assert all(("storage_prefix" in row) is tells_prefix for row in found)
    assert (await node.ask("GET", f"{ROUTER}/nosuch")).status == 404


async def test_a_request_is_shown_with_its_entity_and_without_its_token() -> None:
    """So that a policy's template can be understood; the token stays out of answers and logs."""
    node = await opened()
    await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    rules = f'path "{REQUEST}" {{ capabilities = ["read", "sudo"] }}'
    await node.ok("PUT", "sys/policies/acl/look", {"policy": rules})
    await node.ok("POST", "auth/userpass/users/ann", {"password": "long-and-secret", "policies": "look"})
    made = await node.ok("POST", "auth/userpass/login/ann", {"password": "long-and-secret"}, token="")
    token = made.body["auth"]["client_token"]
    data = (await node.ok("GET", REQUEST, token=token)).data
    assert data["entity"]["aliases"][0]["name"] == "ann"
    assert data["req"]["path"] == "internal/inspect/request"
    assert data["req"]["connection"] == {"remote_addr": "192.0.2.7", "remote_port": 4711}
    assert token not in str(data)
    assert (await node.ok("GET", REQUEST)).data["entity"] is None

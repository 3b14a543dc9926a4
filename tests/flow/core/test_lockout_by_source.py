"""Failed logins that count per user and source: who guesses from one place locks nobody out at another."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.barrier import keys
from strongroom.services.mounts.lockout import source_of
from strongroom.services.mounts.records import Lockout
from tests.flow.node import Answer, TestNode

BY_SOURCE = {"lockout_scope": "user_and_source"}


async def started(**config: Any) -> TestNode:
    """A node with the user `ann`."""
    node = await TestNode.start()
    await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await node.ok("POST", "sys/auth/userpass/tune", {"user_lockout_config": BY_SOURCE | config})
    await node.ok("POST", "auth/userpass/users/ann", {"password": "right"})
    return node


async def tried(node: TestNode, address: str, password: str, times: int = 1, name: str = "ann") -> Answer:
    """The last of some logins."""
    for _ in range(times):
        answer = await node.ask("POST", f"auth/userpass/login/{name}", {"password": password}, "", address=address)
    return answer


async def accessor(node: TestNode) -> str:
    """That of the mount."""
    return str((await node.ok("GET", "sys/auth/userpass")).data["accessor"])


async def locked(node: TestNode) -> list[str]:
    """The names that are locked out."""
    shown = (await node.ok("GET", "sys/locked-users")).data["by_namespace"]
    return [name for here in shown for mount in here["mount_accessors"] for name in mount["alias_identifiers"]]


async def test_a_source_locks_itself_out_and_no_other() -> None:
    """In whatever case the name is spelled.  The name is listed once, whatever the number of sources."""
    node = await started()
    assert (await tried(node, "192.0.2.1", "wrong", 3)).status == 400
    assert (await tried(node, "192.0.2.1", "wrong", 2, name="Ann")).status == 400
    assert (await tried(node, "192.0.2.1", "right")).status == 403
    assert (await tried(node, "192.0.2.2", "right")).status == 200
    assert (await tried(node, "192.0.2.1", "right")).status == 403
    await tried(node, "192.0.2.3", "wrong", 5)
    assert await locked(node) == ["ann"]


async def test_unlocking_is_for_all_sources() -> None:
    """The operator names the user."""
    node = await started()
    for address in ("192.0.2.1", "192.0.2.3", ""):
        await tried(node, address, "wrong", 5)
    await tried(node, "192.0.2.1", "wrong", 5, name="bob")
    await node.ok("POST", f"sys/locked-users/{await accessor(node)}/unlock/ann", {})
    assert await locked(node) == ["bob"]
    for address in ("192.0.2.1", "192.0.2.3", ""):
        assert (await tried(node, address, "right")).status == 200
    assert [key for key in node.rows() if key.startswith(keys.LOCKOUT)] != []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("", "", True),
    ],
)
def test_what_counts_as_one_source(one: str, other: str, same: bool) -> None:
    """An address of IPv4, a network of IPv6, all clients of Unix sockets."""
    rule = Lockout(threshold=5, by_source=True)
    assert (source_of(rule, one) == source_of(rule, other)) is same
    assert source_of(rule, one)
    assert source_of(Lockout(threshold=5), one) == ""


async def test_the_scope_is_shown_where_it_is_set_and_nothing_else_is_taken() -> None:
    """Without it failures count per user, wherever they come from."""
    node = await started()
    assert (await node.ok("GET", "sys/auth/userpass/tune")).data["user_lockout_scope"] == "user_and_source"
    refused = await node.ask("POST", "sys/auth/userpass/tune", {"user_lockout_config": {"lockout_scope": "address"}})
    assert refused.status == 400
    await node.ok("POST", "sys/auth/userpass/tune", {"user_lockout_config": {"lockout_scope": "user"}})
    assert "user_lockout_scope" not in (await node.ok("GET", "sys/auth/userpass/tune")).data
    for host in range(5):
        await tried(node, f"192.0.2.{host}", "wrong")
    assert (await tried(node, "192.0.2.9", "right")).status == 403


async def test_a_thousand_wrong_passwords_from_a_thousand_addresses() -> None:
    """They lock the user out like any others, cost no more than the first five, and leave one row."""
    node = await TestNode.start()
    await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await node.ok("POST", "auth/userpass/users/ann", {"password": "right"})
    statuses = [(await tried(node, f"198.51.{n // 250}.{n % 250}", "wrong")).status for n in range(1000)]
    assert statuses == [400] * 5 + [403] * 995
    assert (await tried(node, "192.0.2.1", "right")).status == 403
    assert len([key for key in node.rows() if key.startswith(keys.LOCKOUT)]) == 1

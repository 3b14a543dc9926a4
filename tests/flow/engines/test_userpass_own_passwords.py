"""Users who change their own passwords, where their mount allows it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.node import Answer, TestNode

OWN = "auth/userpass/password/ann"


async def started(**user: Any) -> TestNode:
    """A node with a user who may."""
    node = await TestNode.start()
    await node.ok("POST", "sys/auth/userpass", {"type": "userpass", "config": {"self_service_password": True}})
    await node.ok("POST", "auth/userpass/users/ann", {"password": "old", **user})
    return node


async def changed(node: TestNode, current: Any = "old", new: Any = "new", path: str = OWN) -> Answer:
    """The answer to the user, who has no token."""
    return await node.ask("POST", path, {"current_password": current, "password": new}, "")


async def logs_in(node: TestNode, password: str) -> bool:
    """Whether the user can log in with it."""
    return (await node.ask("POST", "auth/userpass/login/ann", {"password": password}, "")).status == 200


async def test_the_present_password_is_enough() -> None:
    """And the old one is over."""
    node = await started(token_policies="a")
    assert (await changed(node, path="auth/userpass/password/ANN")).status == 204
    assert (await logs_in(node, "new"), await logs_in(node, "old")) == (True, False)
    assert (await node.ok("GET", "auth/userpass/users/ann")).data["token_policies"] == ["a"]


@pytest.mark.parametrize(
    ("current", "new", "status"),
    [("wrong", "new", 400), ("", "new", 400), ("old", "", 400), ("old", "x" * 5000, 400), (None, None, 400)],
)
async def test_anything_else_changes_nothing(current: Any, new: Any, status: int) -> None:
    """Neither a guess nor a password that can't be one."""
    node = await started()
    assert (await changed(node, current, new)).status == status
    assert await logs_in(node, "old")


async def test_guesses_count_as_failed_logins() -> None:
    """A locked user can't change the password either."""
    node = await started()
    for _ in range(5):
        assert (await changed(node, "wrong")).status == 400
    assert (await changed(node)).status == 403
    assert not await logs_in(node, "old")


async def test_a_name_that_nobody_has_gets_the_answer_of_a_wrong_password() -> None:
    """Who exists isn't told."""
    node = await started()
    unknown, wrong = await changed(node, path="auth/userpass/password/bob"), await changed(node, "wrong")
    assert (unknown.status, unknown.errors) == (wrong.status, wrong.errors)


async def test_the_address_has_to_be_one_of_the_users() -> None:
    """As at the login."""
    node = await started(token_bound_cidrs="198.51.100.0/24")
    assert (await changed(node)).status == 403


async def test_a_mount_that_does_not_allow_it_refuses_everybody() -> None:
    """That is how a mount is made."""
    node = await started()
    await node.ok("POST", "sys/auth/userpass/tune", {"self_service_password": False})
    assert "self_service_password" not in (await node.ok("GET", "sys/auth/userpass/tune")).data
    assert (await changed(node)).status == 403
    assert await logs_in(node, "old")


async def test_only_userpass_has_the_setting() -> None:
    """Elsewhere it would be silent."""
    node = await started()
    assert (await node.ask("POST", "sys/mounts/probe/tune", {"self_service_password": True})).status == 400

"""Logins that come with a request: what they may do, and what stays of them."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from strongroom.barrier import keys
from tests.flow.node import Answer, TestNode

LOGIN = "auth/userpass/login/ann"
RULES = """
path "probe/*" { capabilities = ["create", "read", "update", "list"] }
path "auth/token/*" { capabilities = ["read", "update", "sudo"] }
path "cubbyhole/*" { capabilities = ["read", "update", "create"] }
"""


def parameter(key: Any, value: Any, **more: Any) -> str:
    """The header of a parameter, as clients encode it."""
    text = json.dumps({"key": key, "value": value, **more}).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def headers(path: str = LOGIN, password: str = "right", **more: str) -> dict[str, str]:
    """Those of a login."""
    return {
        "x-vault-inline-auth-path": path,
        "x-vault-inline-auth-parameter-1": parameter("password", password),
        **{name.replace("_", "-"): value for name, value in more.items()},
    }


async def started(**user: Any) -> TestNode:
    """An audited node with one user."""
    node = await TestNode.start()
    await node.ok("PUT", "sys/policies/acl/only", {"policy": RULES})
    await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await node.ok("POST", "auth/userpass/users/ann", {"password": "right", "token_policies": "only", **user})
    return await node.audited()


async def asked(node: TestNode, method: str, asked_path: str, body: Any = None, **login: Any) -> Answer:
    """The answer to a request with a login."""
    return await node.ask(method, asked_path, body, "", headers=headers(**login))


def tokens(node: TestNode) -> set[str]:
    """The rows of all tokens and their accessors."""
    return {key for key in node.rows() if key.startswith((keys.token(""), keys.accessor("")))}


@pytest.mark.parametrize("settings", [{}, {"token_type": "batch"}, {"token_num_uses": 1}, {"token_period": "1h"}])
async def test_one_request_logs_in_and_works_and_leaves_no_token(settings: dict[str, Any]) -> None:
    """Whatever kind of token the user would get."""
    node = await started(**settings)
    before = tokens(node)
    assert (await asked(node, "POST", "probe/rows/a", {"text": "1"})).status < 300
    assert (await asked(node, "GET", "probe/rows/a")).data["text"] == "1"
    assert tokens(node) == before


async def test_the_users_policies_decide() -> None:
    """A login is no more than its user."""
    node = await started()
    refused = await asked(node, "GET", "sys/mounts")
    assert (refused.status, refused.headers.get("X-Vault-Inline-Auth-Failed")) == (403, None)


async def test_a_failed_login_is_told_from_a_failed_request_and_nothing_is_done() -> None:
    """By a header.  The error is the login's."""
    node = await started()
    refused = await asked(node, "POST", "probe/rows/a", {"text": "1"}, password="wrong")
    assert (refused.status, refused.errors) == (400, ["invalid username or password"])
    assert refused.headers["X-Vault-Inline-Auth-Failed"] == "true"
    assert (await node.ask("GET", "probe/rows/a")).status == 404


async def test_failures_lock_the_user_out() -> None:
    """As many as anywhere."""
    node = await started()
    for _ in range(5):
        assert (await asked(node, "GET", "probe/rows/a", password="wrong")).status == 400
    assert (await asked(node, "GET", "probe/rows/a")).status == 403


@pytest.mark.parametrize(
    "path",
    [
        "auth/userpass/users/ann",
        "auth/token/lookup-self",
        "auth/token/create",
        "sys/wrapping/unwrap",
        "sys/mounts",
        "probe/rows/a",
        "probe/open/ann",
        "nowhere",
        "auth/userpass/login",
        "",
    ],
)
async def test_only_logins_log_in(path: str) -> None:
    """No other path is reached by these headers, not even one that needs no token."""
    node = await started()
    assert (await asked(node, "GET", "probe/rows/a", path=path)).status in {403, 404, 405}
    assert (await asked(node, "GET", "probe/rows/a", path=path, x_vault_inline_auth_operation="read")).status == 403


async def test_the_token_is_of_no_use_later() -> None:
    """The request may look at it.  Nobody can use, renew or keep it, or make others with it."""
    node = await started()
    shown = (await asked(node, "GET", "auth/token/lookup-self")).data
    assert (shown["display_name"], shown["type"]) == ("userpass-ann", "batch")
    assert (await node.ask("GET", "auth/token/lookup-self", token=shown["id"])).status == 403
    for path, body in [
        ("auth/token/create", {"policies": ["only"]}),
        ("auth/token/create-orphan", {"policies": ["only"]}),
        ("auth/token/renew-self", {}),
        ("cubbyhole/a", {"a": 1}),
    ]:
        before = tokens(node)
        assert (await asked(node, "POST", path, body)).status in {400, 403}, path
        assert tokens(node) == before


async def test_no_lease_is_given_because_nothing_would_end_it() -> None:
    """The client is told what to do."""
    node = await started()
    refused = await asked(node, "POST", "probe/secret", {})
    assert refused.status == 400
    assert "log in first" in refused.error


async def test_a_response_can_be_wrapped() -> None:
    """Its own token, not the login's."""
    node = await started()
    await asked(node, "POST", "probe/rows/a", {"text": "1"})
    answer = await node.ask("GET", "probe/rows/a", token="", headers=headers(x_vault_wrap_ttl="60"))
    unwrapped = await node.ok("POST", "sys/wrapping/unwrap", {}, answer.body["wrap_info"]["token"])
    assert unwrapped.data["text"] == "1"


async def test_both_are_audited_and_tell_of_one_token() -> None:
    """Two entries each.  The password is hidden, and the headers aren't in any entry."""
    node = await started()
    await node.ok("POST", "sys/config/auditing/request-headers/x-vault-inline-auth-parameter-1", {"hmac": False})
    await asked(node, "GET", "probe/rows/a")
    made, seen = node.recorder.entries[-4:-2], node.recorder.entries[-2:]
    assert [entry["request"]["path"] for entry in made] == [LOGIN] * 2
    assert [entry["request"]["path"] for entry in seen] == ["probe/rows/a"] * 2
    assert made[1]["auth"]["client_token"] == seen[0]["auth"]["client_token"]
    assert made[0]["request"]["data"]["password"].startswith("hmac-sha256:")
    assert parameter("password", "right") not in json.dumps(node.recorder.entries)


async def test_a_request_whose_login_failed_is_audited_too() -> None:
    """It was refused."""
    node = await started()
    await asked(node, "GET", "probe/rows/a", password="wrong")
    seen = node.recorder.entries[-4:]
    assert [entry["request"]["path"] for entry in seen] == [LOGIN] * 2 + ["probe/rows/a"] * 2
    assert all(entry["error"] for entry in seen[-2:])


async def test_namespaces() -> None:
    """The login's is the request's unless its header says otherwise; a user of a child has no rights above it."""
    node = await started()
    await node.ok("POST", "sys/namespaces/team", {})
    team = {"x-vault-namespace": "team"}
    await node.ok("POST", "sys/auth/userpass", {"type": "userpass"}, headers=team)
    await node.ok("POST", "auth/userpass/users/kid", {"password": "right"}, headers=team)
    own = "auth/token/lookup-self"
    login = headers("auth/userpass/login/kid")
    assert (await node.ask("GET", own, token="", headers=login | team)).status == 200
    assert (
        await node.ask("GET", f"team/{own}", token="", headers=headers("team/auth/userpass/login/kid"))
    ).status == 200
    there = {"x-vault-inline-auth-namespace": "team"}
    assert (await node.ask("GET", "probe/rows/a", token="", headers=login | there)).status == 403
    above = {"x-vault-inline-auth-namespace": ""}
    assert (await node.ask("GET", own, token="", headers=headers() | team | above)).status == 200
    nowhere = {"x-vault-inline-auth-namespace": "nope"}
    assert (await node.ask("GET", own, token="", headers=login | nowhere)).status == 404


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"x-vault-token": "root"}, "cannot layer inline authentication with token authentication"),
        ({"authorization": "Bearer root"}, "cannot layer inline authentication with token authentication"),
        ({"x-vault-inline-auth-operation": "list"}, "expected a valid login operation"),
        ({"x-vault-inline-auth-operation": ""}, "expected a valid login operation"),
        ({"x-vault-inline-auth-parameter-1": "!!!"}, "base64"),
        ({"x-vault-inline-auth-parameter-1": parameter("password", "right1") + "="}, "base64"),
        ({"x-vault-inline-auth-parameter-1": ""}, "json"),
        ({"x-vault-inline-auth-parameter-1": "WzFd"}, "json"),
        ({"x-vault-inline-auth-parameter-1": parameter("a", "b", more=1)}, "unexpected field"),
        ({"x-vault-inline-auth-parameter-1": parameter(1, "b")}, "isn't a string"),
        ({"x-vault-inline-auth-parameter-1": "eyJrZXkiOiJwYXNzd29yZCJ9"}, "lacked `value`"),
        ({"x-vault-inline-auth-parameter-1": "eyJ2YWx1ZSI6InB3In0"}, "lacked `key`"),
        ({"x-vault-inline-auth-parameter-2": parameter("password", "right")}, "given twice"),
        ({"x-vault-inline-auth-path": "auth/userpass/../userpass/login/ann"}, "no plain path"),
        ({"x-vault-inline-auth-path": "auth//userpass/login/ann"}, "no plain path"),
        ({"x-vault-inline-auth-path": "/auth/userpass/login/ann"}, "no plain path"),
    ],
)
async def test_headers_that_cannot_be_meant_are_refused(more: dict[str, str], reason: str) -> None:
    """Before anything happens, and with what is wrong."""
    node = await started()
    answer = await node.ask("GET", "probe/rows/a", token="", headers=headers() | more)
    assert answer.status == 400
    assert reason in answer.error

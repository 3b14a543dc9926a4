"""Advisories about logging in: who exists, who is locked out, and what a login may become."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from tests.flow.node import Answer, TestNode, given_token

LOGIN = "auth/userpass/login"


async def with_ann(**settings: object) -> TestNode:
    """A node with one user, `ann`, whose password is `right`."""
    node = await TestNode.start()
    await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await node.ok("POST", "auth/userpass/users/ann", {"password": "right", **settings})
    return node


async def log_in(node: TestNode, name: str, password: str = "wrong") -> Answer:
    """Try to log in."""
    return await node.ask("POST", f"{LOGIN}/{name}", {"password": password}, token="")


async def test_cve_2020_35177_the_answer_does_not_tell_whether_there_is_such_a_user() -> None:
    """There the error of a login told an unknown user from a wrong password.

    Here a list of names could have been sorted into those with an account and those without.
    """
    node = await (await with_ann(token_bound_cidrs="198.51.100.0/24")).audited()
    known, unknown = await log_in(node, "ann"), await log_in(node, "bob")
    assert known == unknown
    assert known.status == 400
    errors = [entry.get("error") for entry in node.recorder.entries]
    assert errors[:2] == errors[2:]


async def test_cve_2023_3462_locking_out_does_not_tell_either() -> None:
    """There the answers of many failed logins differed between users that exist and users that don't.

    Here the lockout would have told them apart: only somebody who exists can be locked out.
    """
    node = await with_ann()
    for _ in range(7):
        known, unknown = await log_in(node, "ann"), await log_in(node, "bob")
        assert (known.status, known.body) == (unknown.status, unknown.body)
    assert known.status == 403


async def test_cve_2025_6011_an_unknown_user_costs_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """There no password was hashed for an unknown user, and the time of the answer told.

    Here the same: a scrypt digest takes long enough to be seen from afar.
    """
    node = await with_ann()
    costs: list[tuple[Any, ...]] = []
    scrypt = hashlib.scrypt

    def counted(password: bytes, **cost: Any) -> bytes:
        costs.append((cost["n"], cost["r"], cost["p"], len(cost["salt"])))
        return scrypt(password, **cost)

    monkeypatch.setattr(hashlib, "scrypt", counted)
    await log_in(node, "ann")
    await log_in(node, "bob")
    assert len(costs) == 2, "scrypt isn't what hashes passwords any more: count what is"
    assert costs[0] == costs[1]


@pytest.mark.parametrize("others", [("Ann", "ANN", "aNN"), ("ann", "Ann", "ann")], ids=["other-cases", "mixed"])
async def test_cve_2025_6004_one_user_is_locked_out_under_every_spelling(others: tuple[str, ...]) -> None:
    """There failures were counted by the name as it was sent, so a change of case began a new count.

    Here passwords could have been tried for ever: `ann`, `Ann`, `aNn`, …
    """
    node = await with_ann()
    for _ in range(2):
        for name in others:
            assert (await log_in(node, name)).status in {400, 403}
    for name in ("ann", "ANN"):
        assert (await log_in(node, name, "right")).status == 403, name
    for name in ("ann%20", "%20ann", "ann%0a", "ann.", "ann%00"):
        assert (await log_in(node, name, "right")).status >= 400, name


@pytest.mark.parametrize("name", ["root", "ROOT", " root", "root ", "Root\t", "ro\u017fot", "root,default"])
@pytest.mark.parametrize("field", ["token_policies", "policies"])
async def test_cve_2025_5999_no_spelling_of_root_is_given_by_a_login(name: str, field: str) -> None:
    """There a policy's name was compared with `root` before it was put in lower case, and became `root` afterwards.

    Here who may write users would have made himself a root token.
    """
    node = await with_ann()
    written = await node.ask("POST", "auth/userpass/users/ann", {field: [name]})
    answer = await log_in(node, "ann", "right")
    assert answer.status == 200
    assert (written.status == 400) is (name.strip().lower() == "root")
    assert "root" not in answer.body["auth"]["policies"]
    assert (await node.ask("GET", "sys/mounts", token=answer.body["auth"]["client_token"])).status == 403


@pytest.mark.parametrize("name", ["root", "ROOT", " root", "Root "])
async def test_cve_2025_64761_no_spelling_of_root_is_given_to_a_child(name: str) -> None:
    """There the same was left open for groups.

    Here a token with `sudo` on `auth/token/create`, or a role, would have made a root token.
    """
    node = await TestNode.start()
    maker = await node.token('path "auth/token/*" { capabilities = ["create", "update", "sudo"] }')
    # With a time of its own: one without an end is refused to this maker for another reason.
    asked = {"policies": [name], "ttl": "1h"}
    assert (await node.ask("POST", "auth/token/create", asked, maker)).status == 400
    await node.ok("POST", "auth/token/roles/wide", {"allowed_policies": [name, "other"]})
    assert (await node.ask("POST", "auth/token/create/wide", asked, maker)).status == 400
    await node.ok("POST", "auth/token/roles/wide", {"allowed_policies": [], "allowed_policies_glob": ["*"]})
    assert (await node.ask("POST", "auth/token/create/wide", asked, maker)).status == 400


async def test_cve_2026_46405_a_login_that_is_refused_leaves_no_token() -> None:
    """There an auth method answered with a token and an error; the token was kept, and nobody knew it.

    Here a login that fails at its last step would have filled the store with tokens, without anybody's token.
    """
    node = await TestNode.start()
    node.probe.granted = {"token": given_token(type="batch", num_uses=1)}
    before = [key for key in node.rows() if not key.startswith("sys/audit")]
    for _ in range(3):
        assert (await node.ask("POST", "probe/open/ann", {}, "")).status == 400
    assert [key for key in node.rows() if not key.startswith("sys/audit")] == before


async def test_cve_2026_4525_a_token_is_not_passed_to_an_engine() -> None:
    """There the `Authorization` header went to a plugin although it held the client's token.

    Here an engine, which is to see no token, would have been given one.
    """
    node = await TestNode.start()
    tune = {"passthrough_request_headers": ["Authorization", "X-Vault-Token"]}
    assert (await node.ask("POST", "sys/mounts/probe/tune", tune)).status == 400
    await node.ok("POST", "sys/mounts/probe/tune", {"passthrough_request_headers": ["Authorization"]})
    bearer = {"authorization": f"Bearer {node.root}"}
    for headers, token in ((bearer, ""), ({}, node.root), (bearer, node.root)):
        await node.ok("POST", "probe/rows/a", {"text": "x"}, token, headers=headers)
    await node.ok("POST", "probe/rows/a", {"text": "x"}, node.root, headers={"authorization": "Basic eDp5"})
    seen = [request.headers for request in node.probe.requests]
    assert node.root not in str(seen)
    assert dict(seen[-1]) == {"authorization": "Basic eDp5"}


async def test_cve_2026_4525_a_token_is_not_passed_by_a_header_that_the_engine_asks_for() -> None:
    """The same holds for headers that an engine gets of every mount, and it gets no others."""
    node = await TestNode.start()
    node.probe.request_headers = frozenset({"authorization"})
    await node.ok("POST", "probe/rows/a", {"text": "x"}, "", headers={"authorization": f"Bearer {node.root}"})
    headers = {"authorization": "Negotiate eDp5", "x-other": "1"}
    await node.ok("POST", "probe/rows/a", {"text": "x"}, node.root, headers=headers)
    seen = [request.headers for request in node.probe.requests]
    assert node.root not in str(seen)
    assert dict(seen[-1]) == {"authorization": "Negotiate eDp5"}


async def with_roles() -> TestNode:
    """A node with two roles of approle, `app` and `other`."""
    node = await TestNode.start()
    await node.ok("POST", "sys/auth/approle", {"type": "approle"})
    for role in ("app", "other"):
        await node.ok("POST", f"auth/approle/role/{role}", {"role_id": role})
    return node


async def test_cve_2023_24999_a_secret_id_is_destroyed_by_its_own_role_only() -> None:
    """There whoever may destroy secret ids of one role destroyed another role's by its accessor."""
    node = await with_roles()
    made = (await node.ok("POST", "auth/approle/role/app/secret-id", {})).data
    rules = 'path "auth/approle/role/other/*" { capabilities = ["read", "update", "delete"] }'
    token = await node.token(rules)
    for path, field in (("secret-id-accessor", "secret_id_accessor"), ("secret-id", "secret_id")):
        for what in ("lookup", "destroy"):
            reply = await node.ask("POST", f"auth/approle/role/other/{path}/{what}", {field: made[field]}, token)
            assert reply.status in {204, 400, 404}
            assert made["secret_id_accessor"] not in str((reply.body or {}).get("data", {}).get("secret_id_accessor"))
    await node.ok("POST", "auth/approle/login", {"role_id": "app", "secret_id": made["secret_id"]}, token="")


async def test_cve_2026_115362_an_expired_secret_id_is_refused_before_it_is_cleared() -> None:
    """There its end wasn't looked at when it was used; nothing clears it in this test."""
    node = await with_roles()
    made = (await node.ok("POST", "auth/approle/role/app/secret-id", {"ttl": "60s"})).data
    body = {"role_id": "app", "secret_id": made["secret_id"]}
    node.clock.advance(59)
    await node.ok("POST", "auth/approle/login", body, token="")
    rows = set(node.rows())
    node.clock.advance(1)
    assert rows <= set(node.rows())
    assert (await node.ask("POST", "auth/approle/login", body, token="")).status == 400

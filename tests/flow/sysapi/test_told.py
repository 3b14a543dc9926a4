"""What a request is told that would else have been silent: nothing matched, nothing read it, nothing was there."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.sysapi.system_server import Server


async def started() -> Server:
    """Run a test on a server of its own, with a key/value mount of each version."""
    server = await Server.start()
    await server.ok("POST", "sys/mounts/secret", {"type": "kv", "options": {"version": "2"}})
    await server.ok("POST", "sys/mounts/plain", {"type": "kv"})
    await server.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    return server


@pytest.mark.parametrize("path", ["sys/policies/acl/p", "sys/policy/p"])
async def test_a_policy_that_matches_nothing_is_told_when_it_is_written(path: str) -> None:
    """The mounts and their versions decide, as they are when the policy is written."""
    server = await started()
    old = 'path "secret/web/*" { policy = "read" }'
    (warning,) = (await server.ok("PUT", path, {"policy": old})).body["warnings"]
    assert '"secret/data/web/*", and "secret/metadata/web/*" to list' in warning
    assert (await server.ok("GET", "sys/policies/acl/p")).data["policy"] == old
    for fine in ("plain/web/*", "secret/data/web/*", "secret/*", "later/web"):
        answer = await server.ok("PUT", path, {"policy": f'path "{fine}" {{ policy = "read" }}'})
        assert answer.status == 204
    await server.ok("POST", "sys/mounts/plain/tune", {"options": {"version": "2"}})
    assert (await server.ok("PUT", path, {"policy": 'path "plain/web" { policy = "read" }'})).body["warnings"]


async def test_a_patched_policy_is_told_too() -> None:
    """Its new text is looked at as that of a written one."""
    server = await started()
    await server.ok("PUT", "sys/policies/acl/p", {"policy": 'path "secret/data/a" { policy = "read" }'})
    text = {"policy": 'path "secret/a" { capabilities = ["deny"] }'}
    assert "secret/data/a" in (await server.ok("PATCH", "sys/policies/acl/p", text)).body["warnings"][0]


@pytest.mark.parametrize(
    ("path", "body", "told"),
    [
        (
            "auth/userpass/users/x",
            {"password": "x", "token_polices": "admin"},
            'Did you mean "token_policies" instead of "token_polices"?',
        ),
        ("auth/token/roles/r", {"alowed_policies": ["x"]}, '"allowed_policies"'),
        ("sys/mounts/new", {"type": "kv", "config": {"default_lease_tll": "1h"}}, '"config.default_lease_ttl"'),
        ("sys/mounts/new", {"type": "kv", "options": {"verson": "2"}}, '"options.version"'),
        ("sys/mounts/plain/tune", {"default_lease_tll": "1h"}, '"default_lease_ttl"'),
        ("sys/mounts/plain/tune", {"options": {"verison": "2"}}, '"options.version"'),
        (
            "sys/auth/new",
            {"type": "userpass", "config": {"user_lockout_config": {"lockout_treshold": 3}}},
            '"config.user_lockout_config.lockout_threshold"',
        ),
        ("sys/auth/userpass/tune", {"user_lockout_config": {"lockout_treshold": 3}}, '"user_lockout_config.lockout_'),
        ("secret/data/a", {"data": {"a": 1}, "options": {"caz": 1}}, "in options: [caz]"),
        ("secret/metadata/a", {"max_version": 3}, '"max_versions"'),
        ("secret/config", {"cas_requird": True}, '"cas_required"'),
        ("sys/policies/acl/p", {"policy": 'path "x" { policy = "read" }', "cas_requird": True}, '"cas_required"'),
        ("auth/token/create", {"polices": ["x"]}, '"policies"'),
    ],
)
async def test_a_field_that_nothing_reads_is_told(path: str, body: dict[str, Any], told: str) -> None:
    """Where the answer would be empty it is one with warnings; the write is done all the same."""
    server = await started()
    answer = await server.ok("POST", path, body)
    assert answer.status == 200
    assert any("Endpoint ignored" in text or "Did you mean" in text for text in answer.body["warnings"])
    assert told in " ".join(answer.body["warnings"])


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("plain/a", {"anything": 1, "goes": 2}),
        ("auth/userpass/users/x", {"password": "x", "token_policies": "admin", "username": "x"}),
        (
            "sys/mounts/new",
            {"type": "kv", "config": {"options": None, "default_lease_ttl": "", "force_no_cache": False}},
        ),
        ("sys/mounts/new", {"type": "kv", "options": {"mine": "x"}}),
        ("sys/mounts/plain/tune", {"max_lease_ttl": "1h", "force_no_cache": False, "options": None}),
    ],
)
async def test_what_is_read_or_empty_is_passed_over(path: str, body: dict[str, Any]) -> None:
    """Fields that are read, that repeat the path, or that a client sends without a value, leave the answer empty."""
    server = await started()
    assert (await server.ok("POST", path, body)).status == 204


async def test_a_misspelled_field_takes_no_effect() -> None:
    """The user is made, without the policies that the misspelled field would have given."""
    server = await started()
    await server.ok("POST", "auth/userpass/users/x", {"password": "x", "token_polices": "admin"})
    assert (await server.ok("GET", "auth/userpass/users/x")).data["token_policies"] == []


async def test_a_read_and_a_removal_stay_what_they_were() -> None:
    """A question that nothing reads makes no answer of a missing secret."""
    server = await started()
    assert (await server.ask("GET", "auth/userpass/users/none?nme=x")).status == 404
    assert (await server.ask("DELETE", "auth/userpass/users/none?nme=x")).status == 204


@pytest.mark.parametrize("verb", ["revoke-prefix", "revoke-force"])
@pytest.mark.parametrize("place", ["sys/leases/", "sys/"])
async def test_a_prefix_that_names_nothing_is_told(verb: str, place: str) -> None:
    """Nothing was revoked; of a user's path it says where the tokens of its logins are."""
    server = await started()
    await server.ok("POST", "auth/userpass/users/web", {"password": "web"})
    login = await server.ok("POST", "auth/userpass/login/web", {"password": "web"}, token="")
    token = login.body["auth"]["client_token"]
    answer = await server.ok("PUT", f"{place}{verb}/auth/userpass/users/web")
    assert answer.status == 200
    assert answer.body["warnings"] == [
        "Nothing was revoked: no lease and no token was made below auth/userpass/users/web/. "
        "Tokens of that user's logins are below auth/userpass/login/web"
    ]
    assert (await server.ask("GET", "auth/token/lookup-self", token=token)).status == 200
    assert (await server.ok("PUT", f"{place}{verb}/auth/userpass/login/web")).status == 204
    assert (await server.ask("GET", "auth/token/lookup-self", token=token)).status == 403
    again = await server.ok("PUT", f"{place}{verb}/auth/userpass/login/web")
    assert again.body["warnings"][0].startswith("Nothing was revoked")


async def test_who_asks_for_no_waiting_is_told_too() -> None:
    """The status stays the one that such a client expects."""
    server = await started()
    answer = await server.ok("PUT", "sys/leases/revoke-prefix/plain/none", {"sync": False})
    assert (answer.status, len(answer.body["warnings"])) == (202, 1)

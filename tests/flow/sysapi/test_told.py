"""What a request is told that would else have been silent: nothing matched, nothing read it, nothing was there."""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.sysapi.system_server import Server

AT_THE_END = "matches no more than paths with a * in them: it stands for anything at the end only."


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


@pytest.mark.parametrize(
    ("path", "body", "names"),
    [
        (
            "auth/userpass/users/x",
            {"password": "x", "policies": "a", "token_policies": "b"},
            ("policies", "token_policies"),
        ),
        ("auth/userpass/users/x", {"password": "x", "ttl": "1h", "token_ttl": "2h"}, ("ttl", "token_ttl")),
        ("auth/token/roles/r", {"period": 60, "token_period": 120}, ("period", "token_period")),
        ("auth/token/create", {"lease": "1h", "ttl": "2h"}, ("lease", "ttl")),
    ],
)
async def test_a_value_by_an_old_name_that_does_not_count_is_told(
    path: str, body: dict[str, Any], names: tuple[str, str]
) -> None:
    """Of two names of one parameter the newer counts: who gave another value by the older one has to hear of it."""
    server = await started()
    (warning,) = (await server.ok("POST", path, body)).body["warnings"]
    old, new = names
    assert warning == f"Both '{new}' and deprecated '{old}' value supplied, ignoring the deprecated value"


@pytest.mark.parametrize(
    "more",
    [
        {"policies": "B , b", "token_policies": ["b"]},
        {"ttl": "1h", "token_ttl": 3600},
        {"ttl": 0, "token_ttl": "", "policies": [], "token_policies": "b"},
        {"policies": "b", "token_policies": None},
    ],
)
async def test_two_names_for_the_same_value_are_fine(more: dict[str, Any]) -> None:
    """Clients that know servers of before the new names send both."""
    server = await started()
    assert (await server.ok("POST", "auth/userpass/users/x", {"password": "x", **more})).status == 204


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (
            "v1/secret/data/web",
            'matches nothing: v1/ is a part of URLs, and not of paths. Did you mean "secret/data/web"?',
        ),
        ("secret/data/*/db", f'{AT_THE_END} Did you mean "secret/data/+/db"? A + stands for one segment.'),
        ("*/data/*", f'{AT_THE_END} Did you mean "+/data/*"? A + stands for one segment.'),
        ("later-*/data/*", AT_THE_END),
        ("secret/data/**", AT_THE_END),
    ],
)
async def test_a_rule_that_is_no_pattern_here_is_told(rule: str, told: str) -> None:
    """A URL for a path, and a glob in the middle, are what people write who know other servers."""
    server = await started()
    policy = f'path "{rule}" {{ capabilities = ["deny"] }}'
    (warning,) = (await server.ok("PUT", "sys/policies/acl/p", {"policy": policy})).body["warnings"]
    assert warning == f'The rule for "{rule}" {told}'


async def test_a_mount_may_have_the_name_of_a_part_of_the_url() -> None:
    """Then its paths begin so."""
    server = await started()
    await server.ok("POST", "sys/mounts/v1", {"type": "kv"})
    policy = 'path "v1/a" { capabilities = ["read"] }'
    assert (await server.ok("PUT", "sys/policies/acl/p", {"policy": policy})).status == 204

"""One thing has one spelling: no rule that names it is passed by writing its path, or a parameter, differently.

Source: CWE-178, CVE-2026-89322
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.core.test_decisions import DENIED, rule
from tests.flow.node import TestNode


async def started() -> TestNode:
    """An audited node with a KV mount of version 2 and a user."""
    node = await (await TestNode.start()).audited()
    await node.ok("POST", "sys/mounts/secret", {"type": "kv", "options": {"version": "2"}})
    await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await node.ok("POST", "auth/userpass/users/admin", {"password": "canary", "token_policies": "adm"})
    await node.ok("PUT", "sys/policies/acl/adm", {"policy": rule("sys/*", "read")})
    await node.ok("POST", "secret/data/prod", {"data": {"a": "1"}})
    node.recorder.lines.clear()
    return node


ALL = "create read update patch delete list scan sudo"


@pytest.mark.parametrize(
    ("allowed", "denied", "method", "path", "body"),
    [
        ("secret/*", "secret/metadata/prod", "DELETE", "secret/metadata/prod/", None),
        ("secret/*", "secret/metadata/prod", "GET", "secret/metadata/prod/", None),
        ("secret/*", "secret/metadata/prod/", "DELETE", "secret/metadata/prod", None),
        ("secret/*", "secret/data/prod", "DELETE", "secret/data/prod/", None),
        ("sys/*", "sys/mounts/secret", "DELETE", "sys/mounts/secret/", None),
        ("sys/*", "sys/mounts/secret", "GET", "sys/mounts/secret/", None),
        ("sys/*", "sys/auth/userpass", "DELETE", "sys/auth/userpass/", None),
        ("sys/*", "sys/audit/recorder", "DELETE", "sys/audit/recorder/", None),
        ("sys/*", "sys/internal/audit/chain/recorder", "GET", "sys/internal/audit/chain/recorder/", None),
        ("sys/*", "sys/policies/acl/adm", "PUT", "sys/policies/acl/ADM", {"policy": rule("*", "sudo")}),
        ("sys/*", "sys/policies/acl/adm", "GET", "sys/policies/acl/aDm", None),
        ("sys/*", "sys/policies/acl/adm", "DELETE", "sys/policies/acl/Adm", None),
        ("sys/*", "sys/policies/acl/ADM", "PUT", "sys/policies/acl/adm", {"policy": rule("*", "sudo")}),
        ("sys/*", "sys/policies/acl/ADM*", "GET", "sys/policies/acl/adm", None),
        ("sys/*", "sys/policies/acl/adm", "PUT", "sys/policy/adm", {"policy": rule("*", "sudo")}),
        ("sys/*", "sys/policy/adm", "PUT", "sys/policies/acl/adm", {"policy": rule("*", "sudo")}),
        ("sys/*", "sys/policy", "GET", "sys/policy/", None),
        ("sys/*", "sys/policies/acl", "LIST", "sys/policy", None),
        ("sys/*", "sys/policies/acl/", "LIST", "sys/policy", None),
        ("sys/*", "sys/policies/acl/*", "LIST", "sys/policy", None),
        ("sys/*", "sys/policy/*", "LIST", "sys/policies/acl", None),
        ("sys/*", "sys/policies/acl/*", "GET", "sys/policy", None),
        ("sys/*", "sys/policies/acl/*", "LIST", "sys/policies/detailed/acl", None),
        ("sys/*", "sys/policy", "LIST", "sys/policies/detailed/acl", None),
        ("secret/*", "secret/metadata/*", "LIST", "secret/detailed-metadata", None),
        ("secret/*", "secret/metadata/team/*", "SCAN", "secret/detailed-metadata/team", None),
        ("secret/*", "secret/metadata/team", "LIST", "secret/detailed-metadata/team", None),
        ("auth/*", "auth/userpass/users/admin/+", "POST", "auth/userpass/users/ADMIN/password", {"password": "x"}),
        ("auth/*", "auth/userpass/users/admin/password", "POST", "auth/userpass/users/ADMIN/password",
         {"password": "x"}),
        ("auth/*", "auth/userpass/users/Admin/+", "POST", "auth/userpass/users/admin/password", {"password": "x"}),
        ("auth/*", "auth/userpass/users/admin", "DELETE", "auth/userpass/users/Admin", None),
        ("auth/*", "auth/+/users/admin", "GET", "auth/userpass/users/AdmiN", None),
        ("sys/*", "sys/leases/revoke/mine/*", "PUT", "sys/leases/revoke", {"lease_id": "mine/x"}),
        ("sys/*", "sys/leases/revoke/mine/*", "PUT", "sys/revoke/mine/x", {}),
        ("sys/*", "sys/revoke/mine/*", "PUT", "sys/leases/revoke", {"lease_id": "mine/x"}),
        ("sys/*", "sys/renew", "PUT", "sys/leases/renew", {"lease_id": "mine/x"}),
        ("sys/*", "sys/auth/userpass/tune", "POST", "sys/mounts/auth/userpass/tune", {"description": "x"}),
        ("sys/*", "sys/auth/userpass", "GET", "sys/mounts/auth/userpass", None),
        ("sys/*", "sys/auth/userpass", "GET", "sys/mounts/auth/userpass/", None),
        ("sys/*", "sys/mounts/auth/+/tune", "POST", "sys/auth/userpass/tune", {"description": "x"}),
        ("sys/*", "sys/rotate/keyring", "PUT", "sys/rotate", None),
        ("sys/*", "sys/rekey/*", "GET", "sys/rotate/root/init", None),
        ("sys/*", "sys/generate-root/*", "GET", "sys/generate-root-token/attempt", None),
        ("sys/*", "sys/generate-root-token/*", "PUT", "sys/generate-root/attempt", {}),
        ("sys/*", "sys/config/auditing/request-headers/authorization", "PUT",
         "sys/config/auditing/request-headers/Authorization", {"hmac": False}),
        ("sys/*", "sys/locked-users/+/unlock/admin", "PUT", "sys/locked-users/acc/unlock/ADMIN", None),
    ],
)  # fmt: skip
async def test_a_denied_thing_is_denied_in_every_spelling(
    allowed: str, denied: str, method: str, path: str, body: Any
) -> None:
    """A rule that denies one thing is passed by no other way to write its path, and nothing happens."""
    node = await started()
    token = await node.token(rule(allowed, ALL) + rule(denied, "deny"))
    before = node.rows()
    answer = await node.ask(method, path, body, token)
    assert (answer.status, answer.errors) == (403, DENIED)
    assert node.rows() == before


@pytest.mark.parametrize(
    ("allowed", "method", "path", "body"),
    [
        ("auth/userpass/users/Admin", "GET", "auth/userpass/users/Admin", None),
        ("auth/userpass/users/Admin", "GET", "auth/userpass/users/admin", None),
        ("auth/userpass/users/admin", "GET", "auth/userpass/users/ADMIN", None),
        ("auth/userpass/users/Ad*", "GET", "auth/userpass/users/admin", None),
        ("auth/+/users/ADMIN", "GET", "auth/userpass/users/admin", None),
        ("sys/policies/acl/ADM", "GET", "sys/policies/acl/adm", None),
        ("sys/mounts/secret/", "GET", "sys/mounts/secret/", None),
        ("sys/mounts/secret/", "GET", "sys/mounts/secret", None),
        ("sys/mounts/secret", "GET", "sys/mounts/secret/", None),
        ("secret/metadata/prod", "DELETE", "secret/metadata/prod/", None),
        ("sys/policy/adm", "GET", "sys/policy/adm", None),
        ("sys/policy", "GET", "sys/policy/", None),
        ("auth/userpass/users/admin", "POST", "auth/userpass/users/admin", {"username": "ADMIN", "token_ttl": "1h"}),
    ],
)
async def test_an_allowed_thing_is_allowed_in_every_spelling(allowed: str, method: str, path: str, body: Any) -> None:
    """Rules are brought into the same form as paths, so one that was written otherwise goes on to allow."""
    node = await started()
    token = await node.token(rule(allowed, ALL))
    await node.ok(method, path, body, token)


async def test_a_rule_about_engines_leaves_auth_methods_alone() -> None:
    """Who may mount no engines may still enable auth methods; only reading these at `sys/mounts` is denied with it."""
    node = await started()
    token = await node.token(rule("sys/mounts/*", "deny") + rule("sys/auth/*", ALL))
    await node.ok("POST", "sys/auth/other", {"type": "userpass"}, token)
    await node.ok("GET", "sys/auth/other", None, token)
    assert (await node.ask("GET", "sys/mounts/auth/other", None, token)).status == 403
    await node.ok("DELETE", "sys/auth/other", None, token)


async def test_a_wide_deny_leaves_what_a_better_rule_allows() -> None:
    """A deny that covers both names of a thing has been weighed already: it doesn't come back by the other name."""
    node = await started()
    token = await node.token(rule("sys/*", "deny") + rule("sys/policies/acl/*", ALL) + rule("sys/leases/revoke", ALL))
    await node.ok("GET", "sys/policies/acl/adm", None, token)
    await node.ok("PUT", "sys/leases/revoke", {"lease_id": "mine/x"}, token)
    assert (await node.ask("GET", "sys/policy/adm", None, token)).status == 403


async def test_names_are_listed_where_their_details_are_denied() -> None:
    """Denying the listing that tells more leaves the one that tells names."""
    node = await started()
    more = rule("sys/policies/detailed/*", "deny") + rule("secret/detailed-metadata/*", "deny")
    token = await node.token(rule("*", ALL) + more)
    for path in ("sys/policies/acl", "sys/policy", "secret/metadata"):
        await node.ok("LIST", path, None, token)
    for path in ("sys/policies/detailed/acl", "secret/detailed-metadata"):
        assert (await node.ask("LIST", path, None, token)).status == 403


async def test_mounts_whose_names_differ_in_case_stay_two() -> None:
    """What is allowed on `auth/team/` is not allowed on `auth/Team/`."""
    node = await started()
    for name in ("team", "Team"):
        await node.ok("POST", f"sys/auth/{name}", {"type": "userpass"})
        await node.ok("POST", f"auth/{name}/users/ann", {"password": "x"})
    token = await node.token(rule("auth/Team/users/ANN", "read"))
    assert (await node.ask("GET", "auth/Team/users/ann", None, token)).status == 200
    assert (await node.ask("GET", "auth/team/users/ann", None, token)).status == 403


@pytest.mark.parametrize(
    ("method", "path", "body", "shown"),
    [
        ("POST", "auth/userpass/users/ADMIN", {"token_ttl": "1h"}, "auth/userpass/users/admin"),
        ("POST", "auth/userpass/login/Admin", {"password": "canary"}, "auth/userpass/login/admin"),
        ("GET", "sys/policies/acl/ADM", None, "sys/policies/acl/adm"),
        ("GET", "sys/mounts/secret/", None, "sys/mounts/secret"),
        ("GET", "secret/metadata/prod/", None, "secret/metadata/prod"),
        ("LIST", "secret/metadata", None, "secret/metadata/"),
        ("GET", "sys/policy/", None, "sys/policy"),
    ],
)
async def test_the_audit_log_shows_the_one_spelling(method: str, path: str, body: Any, shown: str) -> None:
    """Request and response entries name the path by its canonical form, so that one search finds all of a thing."""
    node = await started()
    await node.ok(method, path, body)
    assert [entry["request"]["path"] for entry in node.recorder.entries] == [shown, shown]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("sys/leases/revoke/mine/x", {"lease_id": "yours/x"}),
        ("sys/leases/renew/mine/x", {"lease_id": "yours/x"}),
        ("sys/policies/acl/mine", {"name": "adm", "policy": ""}),
        ("auth/userpass/users/mine", {"username": "admin", "password": "x"}),
        ("auth/userpass/login/mine", {"username": "admin", "password": "canary"}),
        ("auth/token/roles/mine", {"role_name": "other"}),
        ("sys/mounts/mine", {"path": "other", "type": "kv"}),
        ("sys/mounts/mine", {"path": ["mine"], "type": "kv"}),
        ("secret/data/mine", {"path": "other", "data": {}}),
        ("secret/data/mine", {"path": "mine/other", "data": {}}),
        ("sys/leases/revoke-prefix/mine", {"prefix": "yours/"}),
    ],
)
async def test_a_body_that_names_another_object_than_its_path_is_refused(path: str, body: Any) -> None:
    """Rules were asked about the path; nothing happens to what the body names, nor to what the path does."""
    node = await started()
    before = node.rows()
    answer = await node.ask("PUT", path, body)
    assert answer.status == 400
    assert "names something else than the path does" in answer.errors[0]
    assert node.rows() == before


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("sys/leases/revoke-prefix/mine", {"prefix": "mine/"}),
        ("sys/leases/revoke-force/mine", {"prefix": "/mine"}),
        ("sys/mounts/mine", {"path": "mine/", "type": "kv"}),
        ("secret/data/a/b", {"path": "/a/b/", "data": {}}),
        ("sys/policies/acl/mine", {"name": "Mine/", "policy": 'path "a" {}'}),
    ],
)
async def test_a_body_may_name_the_object_of_its_path_with_slashes_at_the_ends(path: str, body: Any) -> None:
    """Clients take them off the path and leave them in the body; the object is that of the path, as rules saw it."""
    node = await started()
    await node.ok("PUT", path, body)


async def test_a_secret_may_hold_a_field_of_any_name() -> None:
    """On version 1 the body is the secret: its field `path` names nothing."""
    node = await started()
    await node.ok("POST", "sys/mounts/one", {"type": "kv"})
    await node.ok("POST", "one/a", {"path": "b"})
    assert (await node.ok("GET", "one/a")).data == {"path": "b"}


async def test_failed_logins_of_one_user_are_counted_together() -> None:
    """Writing the name in other letters doesn't buy more guesses."""
    node = await started()
    for name in ("admin", "Admin", "ADMIN", "aDmin", "admiN"):
        assert (await node.ask("POST", f"auth/userpass/login/{name}", {"password": "no"}, "")).status == 400
    assert (await node.ask("POST", "auth/userpass/login/adMin", {"password": "canary"}, "")).status == 403


async def test_capabilities_are_told_by_the_one_spelling() -> None:
    """`sys/capabilities-self` says what a request would meet, however the path is written."""
    node = await started()
    rules = rule("sys/*", "read update") + rule("sys/policies/acl/adm", "deny") + rule("auth/+/users/Ann", "read")
    token = await node.token(rules + rule("secret/metadata/prod", "read"))
    paths = {
        "sys/policies/acl/ADM": ["deny"],
        "sys/policy/adm": ["deny"],
        "sys/policies/acl/other": ["read", "update"],
        "auth/userpass/users/ann": ["read"],
        "secret/metadata/prod/": ["read"],
    }
    answer = await node.ok("POST", "sys/capabilities-self", {"paths": list(paths)}, token)
    assert {path: answer.data[path] for path in paths} == paths


TOKEN = "auth/token/create"
USER = "auth/userpass/users/bob"
MOVE = "sys/remount"


@pytest.mark.parametrize(
    ("constraint", "path", "body", "permitted"),
    [
        ('denied_parameters = { "policies" = ["adm"] }', TOKEN, {"policies": "ADM"}, False),
        ('denied_parameters = { "policies" = ["adm"] }', TOKEN, {"policies": [" adm"]}, False),
        ('denied_parameters = { "policies" = ["ADM"] }', TOKEN, {"policies": ["adm"]}, False),
        ('denied_parameters = { "policies" = ["ad*"] }', TOKEN, {"policies": ["default", "ADM"]}, False),
        ('denied_parameters = { "policies" = ["adm"] }', TOKEN, {"policies": ["default"]}, True),
        ('denied_parameters = { "ttl" = ["1h"] }', TOKEN, {"ttl": 3600, "policies": "default"}, False),
        ('denied_parameters = { "ttl" = ["1h"] }', TOKEN, {"lease": "60m", "policies": "default"}, False),
        ('denied_parameters = { "no_parent" = [true] }', TOKEN, {"no_parent": "1", "policies": "default"}, False),
        ('denied_parameters = { "num_uses" = [0] }', TOKEN, {"num_uses": "0", "policies": "default"}, False),
        ('denied_parameters = { "token_policies" = ["adm"] }', USER, {"token_policies": "default,adm"}, False),
        ('denied_parameters = { "token_policies" = ["adm"] }', USER, {"token_policies": "adm,"}, False),
        ('denied_parameters = { "token_policies" = ["adm"] }', USER, {"policies": "adm"}, False),
        ('denied_parameters = { "policies" = ["adm"] }', USER, {"token_policies": ["ADM "]}, False),
        ('denied_parameters = { "token_ttl" = ["768h"] }', USER, {"ttl": 2764800}, False),
        ('denied_parameters = { "token_bound_cidrs" = ["10.0.0.1"] }', USER, {"bound_cidrs": "10.0.0.1/32"}, False),
        ('denied_parameters = { "token_policies" = [] }', USER, {"policies": "default"}, False),
        ('allowed_parameters = { "*" = [] "token_policies" = ["dev*"] }', USER, {"policies": "adm"}, False),
        ('allowed_parameters = { "*" = [] "token_policies" = ["dev*"] }', USER, {"token_policies": "dev,adm"}, False),
        ('allowed_parameters = { "*" = [] "token_policies" = ["dev*"] }', USER, {"token_policies": "DEV,dev2"}, True),
        ('allowed_parameters = { "*" = [] "token_policies" = ["dev*"] }', USER, {"policies": ["dev1"]}, True),
        ('allowed_parameters = { "password" = [] "token_ttl" = ["1h"] }', USER, {"token_ttl": 3600}, True),
        ('allowed_parameters = { "password" = [] "token_ttl" = ["1h"] }', USER, {"token_ttl": "2h"}, False),
        ('allowed_parameters = { "password" = [] "token_ttl" = ["1h"] }', USER, {"ttl": "1h"}, False),
        ('denied_parameters = { "type" = ["kv"] }', "sys/mounts/x", {"type": "kv-v1"}, False),
        ('denied_parameters = { "type" = ["kv"] }', "sys/mounts/x", {"type": "generic"}, False),
        ('denied_parameters = { "type" = ["kv"] }', "sys/mounts/x", {"type": "plugin", "plugin_name": "kv"}, False),
        ('denied_parameters = { "type" = ["kv"] }', "sys/mounts/x",
         {"type": "plugin", "config": {"plugin_name": "kv-v2"}}, False),
        ('denied_parameters = { "type" = ["ssh"] }', "sys/mounts/x", {"type": "kv-v1"}, True),
        ('allowed_parameters = { "type" = ["kv-v2"] }', "sys/mounts/x", {"type": "kv-v1"}, False),
        ('allowed_parameters = { "type" = ["kv-v2"] }', "sys/mounts/x", {"type": "kv-v2"}, True),
        ('allowed_parameters = { "type" = ["plugin"] "plugin_name" = ["kv"] }', "sys/mounts/x",
         {"type": "plugin", "plugin_name": "kv"}, True),
        ('denied_parameters = { "policy" = ["*sudo*"] }', "sys/policies/acl/x",
         {"policy": "cGF0aCAiKiIgeyBjYXBhYmlsaXRpZXMgPSBbInN1ZG8iXSB9"}, False),
        ('denied_parameters = { "policy" = ["*sudo*"] }', "sys/policy/x", {"rules": rule("*", "sudo")}, False),
        ('denied_parameters = { "ttl" = ["*"] }', TOKEN, {"ttl": 3600, "policies": "default"}, False),
        ('denied_parameters = { "num_uses" = ["*"] }', TOKEN, {"num_uses": 5, "policies": "default"}, False),
        ('allowed_parameters = { "*" = [] "ttl" = ["*"] }', TOKEN, {"ttl": "1h", "policies": "default"}, True),
        ('allowed_parameters = { "*" = [] "ttl" = ["*"] }', TOKEN, {"ttl": 3600, "policies": "default"}, True),
        ('denied_parameters = { "max_versions" = [1] }', "secret/config", {"max_versions": 2**32 + 1}, False),
        ('denied_parameters = { "max_versions" = [1] }', "secret/metadata/prod", {"max_versions": 1 - 2**32}, False),
        ('denied_parameters = { "level" = ["trace"] }', "sys/loggers", {"level": " TRACE"}, False),
        ('denied_parameters = { "level" = ["trace"] }', "sys/loggers/strongroom", {"level": "Trace"}, False),
        ('denied_parameters = { "max_lease_ttl" = ["1h"] }', "sys/mounts/secret/tune", {"max_lease_ttl": "60m"}, False),
        ('denied_parameters = { "max_lease_ttl" = ["1h"] }', "sys/auth/userpass/tune", {"max_lease_ttl": 3600}, False),
        ('denied_parameters = { "default_lease_ttl" = ["0"] }', "sys/mounts/secret/tune",
         {"default_lease_ttl": "system"}, False),
        ('denied_parameters = { "to" = ["team/*"] }', MOVE, {"from": "secret", "to": "/team/x"}, False),
        ('denied_parameters = { "to" = ["*/x"] }', MOVE, {"from": "secret", "to": "team/x/"}, False),
        ('denied_parameters = { "to" = ["team/x"] }', MOVE, {"from": "secret", "to": "/team/x/"}, False),
        ('allowed_parameters = { "from" = [] "to" = ["team/*"] }', MOVE, {"from": "secret", "to": "/team/x"}, True),
        ('allowed_parameters = { "from" = [] "to" = ["team/*"] }', MOVE, {"from": "secret", "to": "other"}, False),
    ],
)  # fmt: skip
async def test_rules_for_parameters_compare_what_the_engine_understands(
    constraint: str, path: str, body: dict[str, Any], permitted: bool
) -> None:
    """Other letters, spaces, lists, times, truths and older names of a parameter pass no rule."""
    node = await started()
    token = await node.token(rule(path, ALL, constraint))
    sent = {"password": "x", **body} if path == USER else body
    before = node.rows()
    answer = await node.ask("PUT", path, sent, token)
    assert (answer.status < 300) is permitted, answer
    assert permitted or (answer.status, node.rows()) == (403, before)


@pytest.mark.parametrize("field", ["disallowed_policies_glob", "disallowed_policies"])
async def test_a_roles_policies_are_compared_without_regard_to_case(field: str) -> None:
    """`ADM*` disallows `adm`, and `adm` disallows `ADM`."""
    node = await started()
    pattern = "ADM*" if field.endswith("glob") else "ADM"
    await node.ok("POST", "auth/token/roles/r", {field: pattern, "orphan": True})
    for name in ("adm", "ADM", " Adm"):
        assert (await node.ask("POST", "auth/token/create/r", {"policies": [name]})).status == 400
    await node.ok("POST", "auth/token/create/r", {"policies": ["default"]})

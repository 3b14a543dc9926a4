"""The examples of Vault's documentation of policies, by hand: explained, found and served as it says.

Source: https://developer.hashicorp.com/vault/docs/concepts/policies
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.flow.sysapi.system_server import Server
from tests.flow.sysapi.why.test_explain import explained, token_of
from tests.flow.sysapi.why.test_who_can import found

SECTION = """
    path "secret/*"            { capabilities = ["create", "read", "update", "patch", "delete", "list"] }
    path "secret/super-secret" { capabilities = ["deny"] }
    path "secret/restricted"   {
      capabilities = ["create"]
      allowed_parameters = { "foo" = [], "bar" = ["zip", "zap"] }
    }
"""
GLOBS = """
    path "secret/bar/*"      { capabilities = ["read"] }
    path "secret/zip-*"      { capabilities = ["read"] }
    path "secret/+/teamb"    { capabilities = ["read"] }
    path "secret/+/+/teamb"  { capabilities = ["read"] }
"""
PRIORITY = """
    path "secret/*"       { capabilities = ["read"] }
    path "secret/+/+/foo/*" { capabilities = ["deny"] }
    path "secret/foo*"    { capabilities = ["deny"] }
    path "secret/foo/b+r" { capabilities = ["read"] }
"""
ALLOWED = """
    path "secret/foo" { capabilities = ["create"] allowed_parameters = { "bar" = ["foo-*"], "*" = [] } }
    path "secret/not" { capabilities = ["create"] denied_parameters = { "bar" = ["foo-*"] } }
    path "secret/all" { capabilities = ["create"] denied_parameters = { "*" = [] } }
    path "secret/req" { capabilities = ["create"] required_parameters = ["bar", "baz"] }
"""

ROWS: list[tuple[str, str, str, dict[str, Any], bool, str]] = [
    (SECTION, "read", "secret/anything/below", {}, True, "secret/*"),
    (SECTION, "list", "secret/", {}, True, "secret/*"),
    (SECTION, "read", "secret/super-secret", {}, False, "secret/super-secret"),
    (SECTION, "read", "secret/restricted", {}, False, "secret/restricted"),
    (SECTION, "create", "secret/restricted", {"foo": "any"}, True, "secret/restricted"),
    (SECTION, "create", "secret/restricted", {"bar": "zap"}, True, "secret/restricted"),
    (SECTION, "create", "secret/restricted", {"bar": "zop"}, False, "secret/restricted"),
    (SECTION, "create", "secret/restricted", {"other": "x"}, False, "secret/restricted"),
    (GLOBS, "read", "secret/bar/zip", {}, True, "secret/bar/*"),
    (GLOBS, "read", "secret/bar/zip/zap", {}, True, "secret/bar/*"),
    (GLOBS, "read", "secret/bar", {}, False, ""),
    (GLOBS, "read", "secret/bars/zip", {}, False, ""),
    (GLOBS, "read", "secret/zip-zap", {}, True, "secret/zip-*"),
    (GLOBS, "read", "secret/zip-zap/zong", {}, True, "secret/zip-*"),
    (GLOBS, "read", "secret/zip/zap", {}, False, ""),
    (GLOBS, "read", "secret/foo/teamb", {}, True, "secret/+/teamb"),
    (GLOBS, "read", "secret/foo/bar/teamb", {}, True, "secret/+/+/teamb"),
    (GLOBS, "read", "secret/foo/bar/baz/teamb", {}, False, ""),
    (PRIORITY, "read", "secret/foobar", {}, False, "secret/foo*"),
    # The first wildcards stand at the same place and both end in *, so the one with fewer + goes first.
    (PRIORITY, "read", "secret/a/b/foo/c", {}, True, "secret/*"),
    (PRIORITY, "read", "secret/a/b/c", {}, True, "secret/*"),
    (ALLOWED, "create", "secret/foo", {"bar": "foo-1", "x": "y"}, True, "secret/foo"),
    (ALLOWED, "create", "secret/foo", {"bar": "1-foo"}, False, "secret/foo"),
    (ALLOWED, "create", "secret/not", {"bar": "foo-1"}, False, "secret/not"),
    (ALLOWED, "create", "secret/not", {"bar": "1-foo"}, True, "secret/not"),
    (ALLOWED, "create", "secret/all", {"x": "y"}, False, "secret/all"),
    (ALLOWED, "create", "secret/req", {"bar": "1"}, False, "secret/req"),
    (ALLOWED, "create", "secret/req", {"bar": "1", "baz": "2"}, True, "secret/req"),
]


@pytest.mark.parametrize(("policy", "operation", "path", "data", "allowed", "decides"), ROWS)
async def test_it_is_as_documented(
    policy: str, operation: str, path: str, data: dict[str, Any], allowed: bool, decides: str
) -> None:
    """The explanation names the rule that the documentation says decides, and the request is served accordingly."""
    server = await Server.start()
    await server.ok("POST", "sys/mounts/secret", {"type": "kv"})
    token, accessor = await token_of(server, p=policy)
    answer = await explained(server, accessor=accessor, path=path, operation=operation, parameters=data)
    (outcome,) = answer["outcomes"]
    assert (outcome["allowed"], outcome["decided_by"]) == (allowed, decides)
    method = {"read": "GET", "list": "LIST", "create": "POST"}[operation]
    served = (await server.ask(method, path, data or None, token=token)).status != 403
    assert served is allowed
    holders = [each for each in await found(server, path, operation, kinds=["token"]) if each["name"] == accessor]
    with_some_parameters = allowed or any("parameter" in reason for reason in outcome["reasons"])
    assert bool(holders) is with_some_parameters

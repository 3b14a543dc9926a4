"""Every list has pages, whether its path cuts them or the server does."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.sdk import pages
from strongroom.sdk.request import Operation
from strongroom.server.builtin import engines
from strongroom.testing import PluginServer


def listings() -> list[tuple[str, str, Any]]:
    """Every declared list of every engine: its type, its pattern, and its fields."""
    found = []
    for (_, type_), engine in sorted(engines(()).items()):
        variants = [engine.variant({"version": version}) for version in ("1", "2")] if type_ == "kv" else [engine]
        for number, variant in enumerate(variants, 1):
            found += [
                (f"{type_} {number}", route.pattern, route.fields)
                for route in variant.routes.routes
                if not route.by_operation.keys().isdisjoint({Operation.LIST, Operation.SCAN})
            ]
    return found


@pytest.mark.parametrize(("type_", "pattern", "fields"), listings(), ids=lambda value: str(value)[:60])
def test_every_list_takes_after_and_limit(type_: str, pattern: str, fields: dict[str, Any]) -> None:
    """No path is without."""
    assert {"after", "limit"} <= fields.keys(), (type_, pattern)


async def stocked() -> PluginServer:
    """A server with some of everything that is listed."""
    server = await PluginServer.start(mounted=False)
    await server.mount("kv", "old", options={"version": "1"})
    await server.mount("kv", "new", options={"version": "2"})
    await server.mount("userpass", auth=True)
    for name in ("a", "b", "c", "d"):
        await server.ok("PUT", f"sys/policies/acl/{name}", {"policy": 'path "x" { capabilities = ["read"] }'})
        await server.ok("POST", f"cubbyhole/{name}", {"x": "y"})
        await server.ok("POST", f"old/{name}", {"x": "y"})
        await server.ok("POST", f"new/data/{name}", {"data": {"x": "y"}})
        await server.ok("POST", f"auth/token/roles/{name}", {})
        await server.ok("POST", f"auth/userpass/users/{name}", {"password": "p"})
        await server.ok("POST", f"identity/oidc/assignment/{name}", {})
        await server.ok("POST", "auth/token/create", {})
    return server


LISTS = (
    *("sys/policies/acl", "sys/policy", "cubbyhole", "old", "new/metadata", "auth/token/roles", "auth/token/accessors"),
    *("auth/userpass/users", "identity/oidc/assignment", "sys/plugins/catalog/auth", "sys/leases/lookup/auth/token"),
)


async def test_pages_together_are_the_whole() -> None:
    """Each name is on one page, in the order of the whole list; behind the last one there is nothing."""
    server = await stocked()
    for path in LISTS:
        whole = (await server.ok("LIST", path)).data["keys"]
        assert len(whole) >= 1, path
        for size in (1, 3):
            found, after = [], ""
            while True:
                answer = await server.ask("LIST", f"{path}?limit={size}&after={after}")
                if answer.status == 404:
                    assert (answer.body or {}).get("errors") == [], path
                    break
                keys = answer.data["keys"]
                assert 0 < len(keys) <= size, path
                found += keys
                after = keys[-1]
            assert found == whole, path


async def test_a_bad_limit_is_refused() -> None:
    """A text, and what no number is."""
    server = await stocked()
    for path in ("sys/policy", "cubbyhole", "old", "auth/token/roles"):
        assert (await server.ask("LIST", f"{path}?limit=many")).status == 400, path
        assert len((await server.ok("LIST", f"{path}?limit=0")).data["keys"]) >= 4, path


async def test_what_repeats_the_names_is_cut_too() -> None:
    """`sys/policy` tells its names twice, and details go with their names."""
    server = await stocked()
    answer = await server.ok("LIST", "sys/policy?limit=2")
    assert answer.data["policies"] == answer.data["keys"]
    assert answer.body["policies"] == answer.data["keys"]
    page = pages.cut({"keys": ["a", "b"], "key_info": {"a": 1, "b": 2}, "other": 3}, "a", 1)
    assert page == {"keys": ["b"], "key_info": {"b": 2}, "other": 3}


async def test_hidden_names_leave_no_gap() -> None:
    """Where a policy filters the names, pages are cut of what it shows."""
    server = await stocked()
    rules = """path "old/*" { capabilities = ["list"]  list_scan_response_keys_filter_path = "{{ .path }}{{ .key }}" }
        path "old/b" { capabilities = ["read"] }
        path "old/d" { capabilities = ["read"] }"""
    token = await server.token(rules)
    first = await server.ok("LIST", "old?limit=1", token=token)
    assert first.data["keys"] == ["b"]
    assert (await server.ok("LIST", "old?limit=1&after=b", token=token)).data["keys"] == ["d"]
    assert (await server.ask("LIST", "old?limit=1&after=d", token=token)).status == 404

"""Tools, settings and introspection of a whole server."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter

import pytest

from strongroom.core import front
from strongroom.lib.exposition import Gauge, prometheus
from strongroom.sdk.engine import Engine
from strongroom.server.node_settings import NodeSettings
from strongroom.services.mounts.records import Lockout
from strongroom.sysapi.system import System
from strongroom.sysapi.system.open_paths import OPEN_PATHS
from strongroom.sysapi.system.openapi import Described, document
from tests.flow.sysapi.system_server import Server


def test_no_group_of_paths_hides_anothers() -> None:
    """Every path's method has a name of its own, which none of the base classes has."""
    declared = [
        name for base in System.__mro__ for name, function in vars(base).items() if getattr(function, "__paths__", None)
    ]
    assert [name for name, count in Counter(declared).items() if count > 1] == []
    assert [name for name in declared if hasattr(Engine, name)] == []


@pytest.mark.parametrize("algorithm", ["sha2-224", "sha2-256", "sha2-384", "sha2-512", "sha3-256", "sha3-512"])
async def test_digests(algorithm: str) -> None:
    """Are those of the standard library, in hex and base64, whether the algorithm is in the path or the body."""
    server = await Server.start()
    name = algorithm.replace("sha2-", "sha").replace("-", "_")
    wanted = hashlib.new(name, b"hello").digest()
    body = {"input": "aGVsbG8="}
    assert (await server.ok("POST", f"sys/tools/hash/{algorithm}", body)).data["sum"] == wanted.hex()
    told = await server.ok("POST", "sys/tools/hash", {**body, "algorithm": algorithm, "format": "base64"})
    assert base64.b64decode(told.data["sum"]) == wanted


async def test_random_values() -> None:
    """Have the length asked for, differ, and sizes without sense are refused."""
    server = await Server.start()
    for path, body, size in (
        ("sys/tools/random", {}, 32),
        ("sys/tools/random/7", {}, 7),
        ("sys/tools/random/seal/9", {}, 9),
        ("sys/tools/random", {"bytes": "131072"}, 131072),
    ):
        one, other = [(await server.ok("POST", path, body)).data["random_bytes"] for _ in range(2)]
        assert one != other
        assert len(base64.b64decode(one)) == size
    for path, body in (
        ("sys/tools/random/0", {}),
        ("sys/tools/random/x", {}),
        ("sys/tools/random", {"bytes": 131073}),
        ("sys/tools/random", {"format": "x"}),
        ("sys/tools/random/moon/5", {}),
    ):
        assert (await server.ask("POST", path, body)).status == 400


async def test_locked_out_users_are_listed_and_let_in_again() -> None:
    """Five failures lock a user out; the list names him; unlocking lets the right password in."""
    server = await Server.start()
    await server.ok("POST", "sys/auth/up", {"type": "userpass"})
    await server.ok("POST", "auth/up/users/ann", {"password": "right"})
    for _ in range(5):
        await server.ask("POST", "auth/up/login/ann", {"password": "wrong"}, token="")
    assert (await server.ask("POST", "auth/up/login/ann", {"password": "right"}, token="")).status == 403
    accessor = (await server.ok("GET", "sys/auth/up")).data["accessor"]
    listed = (await server.ok("GET", "sys/locked-users")).data
    assert listed["total"] == 1
    locked = [{"mount_accessor": accessor, "counts": 1, "alias_identifiers": ["ann"]}]
    assert listed["by_namespace"][0]["mount_accessors"] == locked
    await server.ok("POST", f"sys/locked-users/{accessor}/unlock/ann")
    await server.ok("POST", "auth/up/login/ann", {"password": "right"}, token="")
    assert (await server.ok("GET", "sys/locked-users")).data["total"] == 0


async def test_the_tuned_lockout_counts() -> None:
    """A mount's own threshold and duration hold, and disabling the lockout lets everybody in."""
    server = await Server.start()
    await server.ok("POST", "sys/auth/up", {"type": "userpass"})
    await server.ok("POST", "auth/up/users/ann", {"password": "right"})
    rule = {"lockout_threshold": "2", "lockout_duration": "10m"}
    await server.ok("POST", "sys/auth/up/tune", {"user_lockout_config": rule})
    for _ in range(2):
        await server.ask("POST", "auth/up/login/ann", {"password": "wrong"}, token="")
    assert (await server.ask("POST", "auth/up/login/ann", {"password": "right"}, token="")).status == 403
    server.clock.advance(601)
    await server.ok("POST", "auth/up/login/ann", {"password": "right"}, token="")
    await server.ok("POST", "sys/auth/up/tune", {"user_lockout_config": {"lockout_disable": True}})
    for _ in range(3):
        await server.ask("POST", "auth/up/login/ann", {"password": "wrong"}, token="")
    await server.ok("POST", "auth/up/login/ann", {"password": "right"}, token="")


async def test_the_configured_lockout_counts() -> None:
    """Where a mount isn't tuned, the configuration's rule for its type holds; tuning one value leaves the others."""
    lockouts = {"userpass": Lockout(threshold=2, duration_s=60, counter_reset_s=60)}
    server = await Server.start(NodeSettings(lockouts=lockouts))
    await server.ok("POST", "sys/auth/up", {"type": "userpass"})
    await server.ok("POST", "auth/up/users/ann", {"password": "right"})

    async def log_in(password: str) -> int:
        return (await server.ask("POST", "auth/up/login/ann", {"password": password}, token="")).status

    assert [await log_in(word) for word in ("wrong", "wrong", "right")] == [400, 400, 403]
    server.clock.advance(61)
    assert await log_in("right") == 200
    await server.ok("POST", "sys/auth/up/tune", {"user_lockout_config": {"lockout_threshold": "3"}})
    assert [await log_in(word) for word in ("wrong", "wrong", "wrong", "right")] == [400, 400, 400, 403]
    server.clock.advance(61)
    assert await log_in("right") == 200


async def test_cross_origin_settings() -> None:
    """Are off at first, kept with the standard headers, and a wildcard stands alone."""
    server = await Server.start()
    path = "sys/config/cors"
    assert (await server.ok("GET", path)).data == {"enabled": False}
    await server.ok("POST", path, {"allowed_origins": "https://a.example", "allowed_headers": "X-Custom"})
    shown = (await server.ok("GET", path)).data
    assert shown["allowed_origins"] == ["https://a.example"]
    assert {"X-Custom", "X-Vault-Token"} <= set(shown["allowed_headers"])
    for body in ({}, {"allowed_origins": ["*", "https://a.example"]}):
        assert (await server.ask("POST", path, body)).status == 400
    await server.ok("DELETE", path)
    assert (await server.ok("GET", path)).data == {"enabled": False}


async def test_the_catalogue_is_what_can_be_mounted() -> None:
    """Its names can be mounted; those that every server has once aren't in it."""
    server = await Server.start()
    listed = (await server.ok("GET", "sys/plugins/catalog")).data
    assert "kv" in listed["secret"]
    assert "userpass" in listed["auth"]
    assert not {"system", "token", "cubbyhole", "identity"} & {entry["name"] for entry in listed["detailed"]}
    for table, kind in (("mounts", "secret"), ("auth", "auth")):
        for name in listed[kind]:
            await server.ok("POST", f"sys/{table}/{name}-x", {"type": name})
            read = (await server.ok("GET", f"sys/plugins/catalog/{kind}/{name}")).data
            assert read["version"] == (await server.ok("GET", f"sys/{table}/{name}-x")).data["running_plugin_version"]


async def test_the_catalogue_has_what_connections_to_databases_are_configured_with() -> None:
    """Command lines list and read them by their type, and reload none of them."""
    server = await Server.start()
    listed = (await server.ok("GET", "sys/plugins/catalog")).data
    assert {"mysql-database-plugin", "postgresql-database-plugin"} < set(listed["database"])
    assert (await server.ok("LIST", "sys/plugins/catalog/database")).data == {"keys": listed["database"]}
    assert {entry["name"] for entry in listed["detailed"] if entry["type"] == "database"} == set(listed["database"])
    for name in listed["database"]:
        read = (await server.ok("GET", f"sys/plugins/catalog/database/{name}")).data
        assert (read["name"], read["builtin"]) == (name, True)
        assert (await server.ask("GET", f"sys/plugins/catalog/secret/{name}")).status == 404
        assert (await server.ask("PUT", "sys/plugins/reload/backend", {"plugin": name})).status == 400


async def test_counters_count() -> None:
    """A token more is one more, an entity comes with the first login."""
    server = await Server.start()

    async def counted(kind: str) -> int:
        counters = (await server.ok("GET", f"sys/internal/counters/{kind}")).data["counters"]
        return int(next(iter(counters.values()))["total"])

    assert (await counted("tokens"), await counted("entities")) == (1, 0)
    await server.ok("POST", "auth/token/create", {"policies": ["default"]})
    await server.ok("POST", "sys/auth/up", {"type": "userpass"})
    await server.ok("POST", "auth/up/users/ann", {"password": "x"})
    await server.ok("POST", "auth/up/login/ann", {"password": "x"}, token="")
    assert (await counted("tokens"), await counted("entities")) == (3, 1)


async def test_the_description_covers_every_path() -> None:
    """Each declared path of each mount is in it, every reference leads somewhere, and operations are told apart."""
    server = await Server.start()
    await server.ok("POST", "sys/mounts/kv", {"type": "kv", "options": {"version": "2"}})
    described = (await server.ok("GET", "sys/internal/specs/openapi")).body
    schemas = described["components"]["schemas"]
    references = set(re.findall(r"#/components/schemas/(\w+)", str(described["paths"])))
    assert references == set(schemas)
    assert any("post" in item for path, item in described["paths"].items() if path.startswith("/kv/data/"))
    assert described["paths"]["/sys/mounts/{path}"]["post"]["requestBody"]
    for path, item in described["paths"].items():
        named = {parameter["name"] for parameter in item.get("parameters", ())}
        assert named == set(re.findall(r"\{(\w+)\}", path)), path


async def test_the_description_is_of_what_a_token_may_use() -> None:
    """Any token may ask, without a rule for that, as in Vault; nobody else is told anything."""
    server = await Server.start()
    await server.ok("POST", "sys/mounts/kv", {"type": "kv"})
    await server.ok("POST", "sys/mounts/other", {"type": "kv"})
    only = await server.token('path "kv/*" { capabilities = ["read"] }', no_default_policy=True)
    for method in ("GET", "POST"):
        seen = (await server.ok(method, "sys/internal/specs/openapi", token=only)).body["paths"]
        assert {path.split("/")[1] for path in seen} == {"kv", "sys"}
        assert not any(path.startswith("/sys/mounts") for path in seen)
        for token in ("", "wrong"):
            assert (await server.ask(method, "sys/internal/specs/openapi", token=token)).status == 403


async def test_paths_of_every_state_are_described() -> None:
    """Health, initialisation and unsealing, with their parameters, though no engine declares them."""
    server = await Server.start()
    assert set(OPEN_PATHS) == set(front.PATHS)
    for method in ("GET", "POST"):
        paths = (await server.ok(method, "sys/internal/specs/openapi")).body["paths"]
        assert {f"/{path}" for path in OPEN_PATHS} <= set(paths)
        assert paths["/sys/unseal"]["x-vault-unauthenticated"]
        assert {field["name"] for field in paths["/sys/health"]["get"]["parameters"]} >= {"sealedcode"}
        schema = paths["/sys/init"]["post"]["requestBody"]["content"]["application/json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/SysInitRequest"}


def test_operations_have_names_of_their_own() -> None:
    """`operationId` is unique, as generators of clients need it."""
    routes = System.routes.routes
    described = document([Described("sys/", "system", "system", routes)], OPEN_PATHS)
    names = [
        operation["operationId"]
        for item in described["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict) and "operationId" in operation
    ]
    assert [name for name, count in Counter(names).items() if count > 1] == []


async def test_metrics() -> None:
    """Numbers of the process and the store; a form that doesn't exist is refused."""
    server = await Server.start()
    shown = (await server.ok("GET", "sys/metrics")).body
    entries = {gauge["Name"]: gauge["Value"] for gauge in shown["Gauges"]}
    assert entries["vault.core.unsealed"] == 1
    assert entries["process.resident_memory_bytes"] > 1_000_000
    unknown = await server.ask("GET", "sys/metrics?format=nonsense")
    assert unknown.status == 400


def test_prometheus_form() -> None:
    """One kind per name, values that parse, and quotes in labels that don't end them."""
    text = prometheus([Gauge("a.b", 1.5, "Help.", {"l": 'x"\\'}), Gauge("a.b", 2, "Help."), Gauge("c_total", 3, "H.")])
    assert text.splitlines() == [
        "# HELP a_b Help.",
        "# TYPE a_b gauge",
        'a_b{l="x\\"\\\\"} 1.5',
        "a_b 2",
        "# HELP c_total H.",
        "# TYPE c_total counter",
        "c_total 3",
    ]


async def test_the_machine_is_described() -> None:
    """With memory and processors, by a token that may ask."""
    server = await Server.start()
    data = (await server.ok("GET", "sys/host-info")).data
    assert data["memory"]["total"] > data["memory"]["used"] > 0
    assert data["cpu"]
    assert data["host"]["os"] == "linux"
    assert (await server.ask("GET", "sys/host-info", token="")).status == 403


async def test_the_rotation_settings() -> None:
    """Are kept where they make sense, and unchanged where not named."""
    server = await Server.start()
    path = "sys/rotate/config"
    await server.ok("POST", path, {"interval": "48h", "max_operations": 2_000_000})
    await server.ok("POST", path, {})
    wanted = {"enabled": True, "interval": "48h0m0s", "max_operations": 2_000_000}
    assert (await server.ok("GET", path)).data == wanted
    for body in ({"interval": "1h"}, {"max_operations": 5}, {"max_operations": 10**12}):
        assert (await server.ask("POST", path, body)).status == 400


async def test_help() -> None:
    """Every path tells what it is for; asking needs a token but no rule."""
    server = await Server.start()
    told = (await server.ok("GET", "sys/mounts/x?help=1")).body
    assert "Enables a secrets engine." in told["help"]
    assert "description (string)" in told["help"]
    assert list(told["openapi"]["paths"]) == ["/mounts/{path}"]
    assert "^tools/hash$" in (await server.ok("GET", "sys/?help=1")).body["help"]
    for path in ("sys/", "identity/", "auth/token/", "cubbyhole/"):
        # What a docstring says to who reads the sources is nothing to the client.
        assert "Args:" not in (await server.ok("GET", f"{path}?help=1")).body["help"]
    assert (await server.ask("GET", "sys/nosuch?help=1")).status == 404
    await server.ok("POST", "sys/mounts/totp", {"type": "totp"})
    told = (await server.ok("GET", "totp/code/eva?help=1")).body
    assert "    name (string)\n\n        The name of a key." in told["help"]
    assert told["openapi"]["paths"]["/code/{name}"]["parameters"][0]["description"] == "The name of a key."
    only = await server.token('path "x" { capabilities = ["read"] }', no_default_policy=True)
    await server.ok("GET", "sys/mounts?help=1", token=only)
    assert (await server.ask("GET", "sys/mounts?help=1", token="")).status == 403


@pytest.mark.parametrize(
    "path", ["sys/mfa/validate", "sys/internal/ui/mounts/x", "identity/oidc/.well-known/keys", "sys/wrapping/lookup"]
)
async def test_paths_that_need_no_token_have_help_too(path: str) -> None:
    """Help on a path is the same whether the path itself needs a token or not."""
    server = await Server.start()
    told = (await server.ok("GET", f"{path}?help=1")).body
    assert "Matching Route" in told["help"]
    assert (await server.ask("GET", f"{path}?help=1", token="")).status == 403

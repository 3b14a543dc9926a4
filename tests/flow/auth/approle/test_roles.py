"""Roles of approle, and the paths of their single fields."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.auth.approle.paths_role_fields import PATHS
from tests.flow.auth.approle.world import World

NULL_IS_EMPTY = {"policies", "token-bound-cidrs", "token-num-uses"}
DEFAULTS: dict[str, Any] = {
    "alias_name_source": "role_id",
    "bind_secret_id": True,
    "local_secret_ids": False,
    "secret_id_bound_cidrs": None,
    "secret_id_num_uses": 0,
    "secret_id_ttl": 0,
    "token_bound_cidrs": [],
    "token_explicit_max_ttl": 0,
    "token_max_ttl": 0,
    "token_no_default_policy": False,
    "token_num_uses": 0,
    "token_period": 0,
    "token_policies": [],
    "token_strictly_bind_ip": False,
    "token_ttl": 0,
    "token_type": "default",
}
VALUES: dict[str, tuple[Any, Any]] = {
    "bind-secret-id": (False, False),
    "bound-cidr-list": ("192.0.2.0/24", ["192.0.2.0/24"]),
    "period": ("10m", 600),
    "policies": ("One,two", ["one", "two"]),
    "secret-id-bound-cidrs": (["192.0.2.0/24"], ["192.0.2.0/24"]),
    "secret-id-num-uses": (3, 3),
    "secret-id-ttl": ("1h", 3600),
    "token-bound-cidrs": ("192.0.2.0/24", ["192.0.2.0/24"]),
    "token-max-ttl": ("2h", 7200),
    "token-num-uses": (5, 5),
    "token-ttl": ("1h", 3600),
}


async def test_a_role_with_defaults() -> None:
    """It has a role id of its own, and asks for a secret id."""
    world = await World.start()
    await world.role("plain")
    assert (await world.ask("GET", "role/PLAIN")).data == DEFAULTS
    ids = {(await world.ask("GET", f"role/{name}/role-id")).data["role_id"] for name in ("plain", "app")}
    assert len(ids) == 2
    assert "app-id" in ids
    assert (await world.ask("LIST", "role")).data == {"keys": ["app", "plain"]}
    assert (await world.ask("LIST", "role?after=app&limit=1")).data == {"keys": ["plain"]}
    await world.server.ok("DELETE", "auth/approle/role/plain")
    assert (await world.ask("GET", "role/plain")).status == 404
    assert (await world.ask("LIST", "role?after=app")).status == 404


async def test_what_is_not_given_stays() -> None:
    """Old names are shown as long as they were the last to be used."""
    world = await World.start(policies="a,b", period="5m", secret_id_bound_cidrs="192.0.2.1")
    await world.role(token_ttl="1h", bind_secret_id=None, secret_id_num_uses="")
    shown = (await world.ask("GET", "role/app")).data
    assert shown == DEFAULTS | {
        "policies": ["a", "b"],
        "token_policies": ["a", "b"],
        "period": 300,
        "token_period": 300,
        "secret_id_bound_cidrs": ["192.0.2.1/32"],
        "token_ttl": 3600,
    }
    await world.role(token_policies="c", token_period="6m")
    shown = (await world.ask("GET", "role/app")).data
    assert (shown["token_policies"], shown["token_period"]) == (["c"], 360)
    assert not {"policies", "period"} & shown.keys()


@pytest.mark.parametrize("name", PATHS)
async def test_each_field_has_a_path(name: str) -> None:
    """It reads, writes and resets this field and no other; without the field nothing is written."""
    world = await World.start(token_bound_cidrs="192.0.2.7" if name == "bind-secret-id" else "")
    before = (await world.ask("GET", "role/app")).data
    field, value = PATHS[name][-1], VALUES[name]
    path = f"role/app/{name}"
    default = (await world.ask("GET", path)).data
    assert (await world.ask("POST", path, {field: value[0]})).status == 204
    assert (await world.ask("GET", path)).data[field] == value[1]
    after = (await world.ask("GET", "role/app")).data
    assert {key for key in after if after.get(key) != before.get(key)} <= {*PATHS[name]}
    for wrong in ({}, {field: None}):
        reply = await world.ask("POST", path, wrong)
        if not wrong or name not in NULL_IS_EMPTY:
            assert (reply.status, reply.error) == (400, f"missing {PATHS[name][0]}")
    assert (await world.ask("DELETE", path)).status == 204
    assert (await world.ask("GET", path)).data == default
    assert (await world.ask("GET", "role/app")).data == before
    assert (await world.ask("GET", f"role/none/{name}")).status == 404
    assert (await world.ask("POST", f"role/none/{name}", {field: value[0]})).status == 404
    assert (await world.ask("DELETE", f"role/none/{name}")).status == 204


async def test_a_rule_for_one_name_of_a_path_is_one_for_the_other() -> None:
    """Who may not write the blocks of secret ids can't do it by the old name either."""
    world = await World.start()
    for denied, other in (("secret-id-bound-cidrs", "bound-cidr-list"), ("bound-cidr-list", "secret-id-bound-cidrs")):
        rules = f"""
            path "auth/approle/role/app/*" {{ capabilities = ["read", "update", "delete"] }}
            path "auth/approle/role/app/{denied}" {{ capabilities = ["deny"] }}
        """
        token = await world.server.token(rules)
        for path in (denied, other):
            assert (await world.ask("DELETE", f"role/app/{path}", token=token)).status == 403
        assert (await world.ask("DELETE", "role/app/token-ttl", token=token)).status == 204


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"bind_secret_id": False}, "at least one constraint should be enabled on the role"),
        ({"secret_id_num_uses": -1}, "secret_id_num_uses cannot be negative"),
        ({"secret_id_bound_cidrs": "x"}, "failed to validate CIDR blocks: invalid CIDR address: x"),
        ({"role_id": "app-id"}, "role_id already in use"),
        ({"role_id": " "}, "invalid role_id supplied, or failed to generate a role_id"),
        ({"role_id": "x" * 513}, "role_id is longer than 512 bytes"),
        ({"alias_name_source": "x"}, "alias_name_source must be one of role_id, secret_id_accessor"),
        ({"token_policies": "root"}, "auth methods cannot create root tokens"),
        ({"secret_id_bound_cidrs": [f"10.{n // 256}.{n % 256}.0/24" for n in range(257)]}, "more than 256 items"),
    ],
)
async def test_bad_roles_are_refused_and_nothing_is_stored(fields: dict[str, Any], error: str) -> None:
    """With an error that says what is wrong."""
    world = await World.start()
    reply = await world.ask("POST", "role/new", fields)
    assert reply.status == 400
    assert error in reply.error
    assert (await world.ask("GET", "role/new")).status == 404


async def test_where_secret_ids_stay_is_said_once() -> None:
    """`local_secret_ids` can be given again, but not changed."""
    world = await World.start(local_secret_ids=True)
    await world.role(local_secret_ids=True)
    reply = await world.ask("POST", "role/app", {"local_secret_ids": False})
    assert reply.error == "local_secret_ids can only be modified during role creation"
    assert (await world.ask("GET", "role/app/local-secret-ids")).data == {"local_secret_ids": True}


async def test_a_new_role_id_replaces_the_old_one() -> None:
    """Secret ids stay, the old role id is free for another role."""
    world = await World.start()
    secret = (await world.secret_id())["secret_id"]
    assert (await world.ask("POST", "role/app/role-id", {"role_id": " new "})).status == 204
    await world.token(secret, "new")
    assert (await world.log_in(secret)).status == 400
    await world.role("other", role_id="app-id")
    assert (await world.log_in(secret)).status == 400
    reply = await world.ask("POST", "role/other/role-id", {"role_id": "new"})
    assert reply.error == "role_id already in use"
    assert (await world.ask("POST", "role/other/role-id", {})).error == "missing role_id"
    assert (await world.ask("POST", "role/app/role-id", {"role_id": "new"})).status == 204


async def test_times_beyond_the_mounts_are_told() -> None:
    """When the role is written, and when a secret id is made, with the time that it really has."""
    world = await World.start()
    reply = await world.role(secret_id_ttl="9999h", token_max_ttl="9999h")
    assert len(reply.body["warnings"]) == 2
    made = await world.server.ok("POST", "auth/approle/role/app/secret-id", {"ttl": "4320h"})
    assert made.data["secret_id_ttl"] == 768 * 3600
    assert made.body["warnings"] == ["the secret ID cannot live for 4320h0m0s; capped at 768h0m0s, the mount's maximum"]
    known = await world.look_up(made.data["secret_id"])
    assert known is not None
    assert known["secret_id_ttl"] == 768 * 3600

"""Every parameter of a token or role has an effect: one that is forgotten would be taken without a word."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from strongroom.services.tokens import TokenRecord, TokenRole
from strongroom.services.tokens.creation import Mint, Planned, TokenRequest, plan
from strongroom.sysapi.token.paths_roles import RoleBody
from strongroom.testing import PluginServer

PARAMETERS: dict[str, Any] = {
    "id": "chosen",
    "policies": ["a"],
    "meta": {"team": "x"},
    "no_parent": True,
    "no_default_policy": True,
    "renewable": False,
    "lease": "5m",
    "ttl": "5m",
    "type": "batch",
    "explicit_max_ttl": "5m",
    "display_name": "job",
    "num_uses": 3,
    "period": "5m",
}
"""Of a request for a token, for each a value that changes the token."""
ELSEWHERE = {"entity_alias"}
"""It is looked up in the store, when the rest is planned."""
ROLE: dict[str, Any] = {
    "allowed_policies": ["a"],
    "disallowed_policies": ["b"],
    "allowed_policies_glob": ["a*"],
    "disallowed_policies_glob": ["b*"],
    "orphan": True,
    "renewable": False,
    "path_suffix": "team",
    "allowed_entity_aliases": ["ann"],
    "token_period": 300,
    "token_explicit_max_ttl": 300,
    "token_bound_cidrs": ["192.0.2.0/24"],
    "token_num_uses": 3,
    "token_no_default_policy": True,
    "token_strictly_bind_ip": True,
    "token_type": "service",
    "period": 300,
    "explicit_max_ttl": 300,
    "bound_cidrs": ["192.0.2.0/24"],
}
"""Of a role, for each parameter a value that is not its default."""
SETTINGS: dict[str, Any] = {
    "allowed_policies": ("a",),
    "disallowed_policies": ("x",),
    "allowed_policies_glob": ("c*",),
    "disallowed_policies_glob": ("x*",),
    "orphan": True,
    "renewable": False,
    "path_suffix": "team",
    "period_s": 300,
    "explicit_max_ttl_s": 300,
    "bound_cidrs": ("192.0.2.0/24",),
    "num_uses": 3,
    "no_default_policy": True,
    "strictly_bind_ip": True,
    "token_type": "batch",
}
"""Of a role as it is kept, for each setting a value that changes its tokens."""
LEFT_OUT = {"name", "allowed_entity_aliases", "old_period", "old_explicit_max_ttl", "old_bound_cidrs"}
"""What names a role, is looked at with an alias, or says by which name a setting was given."""
PARENT = TokenRecord(key="k", accessor="a", policies=("a", "c"), path="p", created_at=0.0, ttl_s=9000)


def planned(role: TokenRole | None, **parameters: Any) -> Planned:
    """The token that is asked for."""
    mint = Mint(PARENT, True, False, role, 3600, 7200, 1000.0, "192.0.2.7")
    return plan(TokenRequest(**parameters), mint)


def test_every_parameter_has_a_value_here() -> None:
    """A new one fails this until it is in its table, and so until it has an effect."""
    assert PARAMETERS.keys() | ELSEWHERE == set(TokenRequest.__struct_fields__)
    assert ROLE.keys() == set(RoleBody.__struct_fields__)
    assert SETTINGS.keys() | LEFT_OUT == set(TokenRole.__struct_fields__) - {"unknown_", "version_"}


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_parameter_changes_the_token(name: str) -> None:
    """Or what the client is warned of."""
    assert planned(None, **{name: PARAMETERS[name]}) != planned(None)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_of_a_role_changes_its_tokens(name: str) -> None:
    """Also a limit that the request doesn't name."""
    plain = TokenRole(name="r")
    assert planned(msgspec.structs.replace(plain, **{name: SETTINGS[name]})) != planned(plain)


@pytest.mark.parametrize("name", ROLE)
async def test_a_parameter_of_a_role_is_kept_and_shown(name: str) -> None:
    """Under the name that it was given by."""
    server = await PluginServer.start()
    await server.ok("POST", "auth/token/roles/r", {name: ROLE[name]})
    assert (await server.ok("GET", "auth/token/roles/r")).data[name] == ROLE[name]

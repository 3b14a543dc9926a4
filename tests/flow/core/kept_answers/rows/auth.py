"""Roles of AppRole, and users with passwords."""

from __future__ import annotations

from typing import Any

from strongroom.auth.approle.paths_role_fields import PATHS
from tests.flow.core.kept_answers.rows.world import Row, Subject, World

_ROLE = "auth/approle/role/r"
_VALUES: dict[str, Any] = {
    "bind-secret-id": False,
    "bound-cidr-list": "192.0.2.0/24",
    "policies": "p",
    "secret-id-bound-cidrs": "198.51.100.0/24",
    "token-bound-cidrs": "203.0.113.0/24",
}
"""What each field is set to; 77 where nothing is said."""


async def prepare(world: World) -> None:
    """A role and a user."""
    for method in ("approle", "userpass"):
        await world.ok("POST", f"sys/auth/{method}", {"type": method})
    await world.ok("POST", _ROLE, {"token_bound_cidrs": "192.0.2.0/24"})
    await world.ok("POST", "auth/userpass/users/ann", {"password": "canary-password"})


def _field(name: str) -> Row:
    field = PATHS[name][0] if name != "bound-cidr-list" else "bound_cidr_list"
    return Row(f"{_ROLE}/{name}", ("POST", f"{_ROLE}/{name}", {field: _VALUES.get(name, 77)}))


async def _anew(world: World) -> None:
    await world.ok("DELETE", _ROLE)
    await world.ok("POST", _ROLE, {"token_bound_cidrs": "192.0.2.0/24", "local_secret_ids": True})


SUBJECT = Subject(
    prepare,
    {
        "approle list role": Row("auth/approle/role", ("POST", "auth/approle/role/other", {})),
        "approle read role/{role_name}": Row(_ROLE, ("POST", _ROLE, {"token_ttl": "1m"})),
        "approle read role/{role_name}/role-id": Row(
            f"{_ROLE}/role-id", ("POST", f"{_ROLE}/role-id", {"role_id": "mine"})
        ),
        "approle read role/{role_name}/local-secret-ids": Row(f"{_ROLE}/local-secret-ids", _anew),
        **{f"approle read role/{{role_name}}/{name}": _field(name) for name in PATHS},
        "userpass list users": Row("auth/userpass/users", ("POST", "auth/userpass/users/bob", {"password": "x"})),
        "userpass read users/{username}": Row(
            "auth/userpass/users/ann", ("POST", "auth/userpass/users/ann", {"token_ttl": "1m"})
        ),
    },
)

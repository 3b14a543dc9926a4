"""Entities, aliases, and the keys of identity tokens."""

from __future__ import annotations

from typing import Any

from tests.flow.core.kept_answers.rows.world import Row, Subject, World


async def prepare(world: World) -> None:
    """An entity with an alias, an external group with one, a key that a role and a client use."""
    accessor = (await world.ok("GET", "sys/mounts/probe")).data["accessor"]
    entity = (await world.ok("POST", "identity/entity", {"name": "ann"})).data["id"]
    wanted: dict[str, Any] = {"name": "ann", "mount_accessor": accessor, "canonical_id": entity}
    alias = (await world.ok("POST", "identity/entity-alias", wanted)).data["id"]
    group = (await world.ok("POST", "identity/group", {"name": "devs", "type": "external"})).data["id"]
    wanted = {"name": "devs", "mount_accessor": accessor, "canonical_id": group}
    group_alias = (await world.ok("POST", "identity/group-alias", wanted)).data["id"]
    world.names |= {"entity": entity, "alias": alias, "group_alias": group_alias}
    key = {"algorithm": "EdDSA", "allowed_client_ids": "*", "rotation_period": "1h", "verification_ttl": "10h"}
    await world.ok("POST", "identity/oidc/key/k", key)
    await world.ok("POST", "identity/oidc/role/r", {"key": "k", "ttl": "1h"})
    await world.ok("POST", "identity/oidc/client/c", {"key": "k", "id_token_ttl": "1h"})


def _entity(value: str) -> tuple[str, str, Any]:
    return ("POST", "identity/entity/id/{entity}", {"metadata": {"a": value}})


def _alias(value: str) -> tuple[str, str, Any]:
    return ("POST", "identity/entity-alias/id/{alias}", {"custom_metadata": {"a": value}})


_ROTATED = ("POST", "identity/oidc/key/k/rotate", {"verification_ttl": "1h"})

SUBJECT = Subject(
    prepare,
    {
        "identity read entity/id/{id}": Row("identity/entity/id/{entity}", _entity("1")),
        "identity read entity/name/{name*}": Row("identity/entity/name/ann", _entity("2")),
        "identity update lookup/entity": Row("identity/lookup/entity", _entity("3"), {"id": "{entity}"}),
        "identity read entity-alias/id/{id}": Row("identity/entity-alias/id/{alias}", _alias("1")),
        "identity read alias/id/{id}": Row("identity/alias/id/{alias}", _alias("2")),
        "identity read persona/id/{id}": Row("identity/persona/id/{alias}", _alias("3")),
        "identity read group-alias/id/{id}": Row(
            "identity/group-alias/id/{group_alias}", ("DELETE", "identity/group-alias/id/{group_alias}", None)
        ),
        "identity read oidc/.well-known/keys": Row("identity/oidc/.well-known/keys", _ROTATED, is_open=True),
        "identity read oidc/provider/{name}/.well-known/keys": Row(
            "identity/oidc/provider/default/.well-known/keys", _ROTATED, is_open=True
        ),
    },
)

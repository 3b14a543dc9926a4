"""A tree of namespaces that all hold the same things, and what their tokens may try on each other."""

from __future__ import annotations

from typing import Any, NamedTuple

from tests.flow.sysapi.leases_world import World

PATHS = ("", "a/", "a/b/", "a/b/c/", "A/", "a.b/", "b/", "ü/")
"""Names that differ in case, in a dot, in depth; and one that the other's begins with."""
EVERYTHING = """
path "*" { capabilities = ["create", "read", "update", "patch", "delete", "list", "scan", "sudo"] }
path "/*" { capabilities = ["create", "read", "update", "patch", "delete", "list", "scan", "sudo"] }
path "+/*" { capabilities = ["create", "read", "update", "patch", "delete", "list", "scan", "sudo"] }
path "+/+/*" { capabilities = ["create", "read", "update", "patch", "delete", "list", "scan", "sudo"] }
path "../*" { capabilities = ["create", "read", "update", "patch", "delete", "list", "scan", "sudo"] }
path "a/*" { capabilities = ["create", "read", "update", "patch", "delete", "list", "scan", "sudo"] }
path "root/*" { capabilities = ["create", "read", "update", "patch", "delete", "list", "scan", "sudo"] }
"""
"""As much as somebody can be given who may do everything in a namespace but isn't root."""
_SHARED = (
    "sys/namespace/",
    "sys/policy/",
    "sys/mount/",
    "sys/setting/",
    "token/",
    "lease/id/",
    "lease/token/",
    "identity/",
)
_WRAP = {"x-vault-wrap-ttl": "3600"}


class Things(NamedTuple):
    """What a namespace holds."""

    path: str
    id: str
    canary: str
    """In every text that is only for those who may see into the namespace."""
    tokens: dict[str, str]
    """A service token, a child of it, and a batch token, which all may do everything in the namespace."""
    names: dict[str, str]
    """Ids of what can be named in a request."""

    def holds(self, other: Things) -> bool:
        """Whether the other namespace is this one, or below."""
        return other.path.startswith(self.path)


class Tree:
    """The tree and the server."""

    def __init__(self, world: World, things: dict[str, Things]) -> None:
        self.world = world
        self.things = things

    @classmethod
    async def grow(cls) -> Tree:
        """All namespaces, each filled with the same."""
        world = await World.start()
        ids = {"": "root"}
        for path in PATHS[1:]:
            parent, _, name = path.rstrip("/").rpartition("/")
            metadata = {"custom_metadata": {"note": _canary(path)}}
            made = await world.server.ok("POST", f"{_prefix(parent)}sys/namespaces/{name}", metadata)
            ids[path] = made.data["id"]
        tree = cls(world, {})
        for path in PATHS:
            tree.things[path] = await tree._fill(path, ids[path])
        return tree

    async def _fill(self, path: str, id_: str) -> Things:
        server, canary = self.world.server, _canary(path)
        if path:
            await server.ok("POST", f"{path}sys/mounts/db", {"type": "leasing"})
        await server.ok("POST", f"{path}sys/mounts/kv", {"type": "kv", "options": {"version": "1"}})
        await server.ok("POST", f"{path}kv/secret", {"text": canary})
        await server.ok("PUT", f"{path}sys/policies/acl/all", {"policy": EVERYTHING})
        await server.ok("PUT", f"{path}sys/policies/acl/own", {"policy": f'# {canary}\npath "x" {{ policy = "read" }}'})
        rules = f'length = 20\nrule "charset" {{ charset = "abcdefghij" }}\n# {canary}'
        await server.ok("PUT", f"{path}sys/policies/password/pass", {"policy": rules})
        await server.ok("POST", f"{path}auth/token/roles/role", {"allowed_policies": canary})
        await server.ok("POST", f"{path}sys/auth/up", {"type": "userpass", "description": canary})
        await server.ok("POST", f"{path}auth/up/users/eva", {"password": "pw", "token_policies": "all"})
        service = await self._token(path, meta={"note": canary})
        child = await self._token(path, parent=service, meta={"note": canary})
        batch = await self._token(path, type="batch", meta={"note": canary})
        victim = await server.ok("POST", f"{path}auth/token/create", {"policies": ["own"], "meta": {"note": canary}})
        auth = victim.body["auth"]
        lease = await server.ok("GET", f"{path}db/account/account{PATHS.index(path)}", token=service)
        wrapped = await server.ok("POST", f"{path}sys/wrapping/wrap", {"text": canary}, headers=_WRAP)
        await server.ok("POST", f"{path}cubbyhole/note", {"text": canary}, token=service)
        noted = {"metadata": {"note": canary}}
        entity = await server.ok("POST", f"{path}identity/entity", {"name": "eva", "policies": ["own"], **noted})
        members = {"member_entity_ids": [entity.data["id"]], "policies": ["own"], **noted}
        group = await server.ok("POST", f"{path}identity/group", {"name": "all", **members})
        accessor = (await server.ok("GET", f"{path}sys/auth")).data["up/"]["accessor"]
        binding = {"name": "eva", "canonical_id": entity.data["id"], "mount_accessor": accessor}
        alias = await server.ok("POST", f"{path}identity/entity-alias", binding)
        names = {
            "token": auth["client_token"],
            "accessor": auth["accessor"],
            "batch": batch,
            "lease": lease.lease_id,
            "entity": entity.data["id"],
            "group": group.data["id"],
            "alias": alias.data["id"],
            "mount": accessor,
            "wrapping": wrapped.body["wrap_info"]["token"],
            "wrapping_accessor": wrapped.body["wrap_info"]["accessor"],
        }
        return Things(path, id_, canary, {"service": service, "child": child, "batch": batch}, names)

    async def _token(self, path: str, parent: str = "root", **fields: Any) -> str:
        made = await self.world.server.ok(
            "POST", f"{path}auth/token/create", {"policies": ["all"], **fields}, token=parent
        )
        return str(made.body["auth"]["client_token"])

    async def rows(self, things: Things) -> dict[str, object]:
        """The rows of a namespace, with what they hold.

        Of root's, those that only root's own things have.  The records of moves are all there.
        """
        storage = self.world.services.barrier.storage
        places = [f"shared/{things.id}/", f"local/{things.id}/"]
        if things.id == "root":
            places = [f"shared/root/{service}" for service in _SHARED]
        keys = [place + name for place in places for name in (await storage.scan(place)).names]
        return {key: await storage.get(key) for key in keys if "/setting/mount-move/" not in key}


class Attempt(NamedTuple):
    """A request of somebody who has learned the ids of another namespace's things."""

    method: str
    path: str
    body: dict[str, Any] | None = None
    sees: bool = False
    """Whether the answer shows somebody who may see it the canary."""


BY_ID = (
    Attempt("POST", "auth/token/lookup", {"token": "{token}"}, sees=True),
    Attempt("POST", "auth/token/lookup", {"token": "{batch}"}, sees=True),
    Attempt("POST", "auth/token/lookup-accessor", {"accessor": "{accessor}"}, sees=True),
    Attempt("POST", "auth/token/renew", {"token": "{token}"}),
    Attempt("POST", "auth/token/renew-accessor", {"accessor": "{accessor}"}),
    Attempt("POST", "auth/token/revoke", {"token": "{token}"}),
    Attempt("POST", "auth/token/revoke-orphan", {"token": "{token}"}),
    Attempt("POST", "auth/token/revoke-accessor", {"accessor": "{accessor}"}),
    Attempt("POST", "auth/token/revoke-accessor", {"accessor": "{wrapping_accessor}"}),
    Attempt("POST", "auth/token/tidy"),
    Attempt("POST", "sys/capabilities", {"token": "{token}", "path": "x"}),
    Attempt("POST", "sys/capabilities-accessor", {"accessor": "{accessor}", "path": "x"}),
    Attempt("POST", "sys/leases/lookup", {"lease_id": "{lease}"}),
    Attempt("POST", "sys/leases/renew", {"lease_id": "{lease}"}),
    Attempt("POST", "sys/leases/renew/{lease}"),
    Attempt("POST", "sys/leases/revoke", {"lease_id": "{lease}", "sync": True}),
    Attempt("POST", "sys/leases/revoke/{lease}"),
    Attempt("POST", "sys/leases/revoke-prefix/{lease}"),
    Attempt("POST", "sys/leases/revoke-force/{lease}"),
    Attempt("POST", "sys/leases/search", {"entity_id": "{entity}"}),
    Attempt("POST", "sys/leases/revoke-entity/{entity}"),
    Attempt("POST", "sys/wrapping/unwrap", {"token": "{wrapping}"}, sees=True),
    Attempt("POST", "sys/wrapping/rewrap", {"token": "{wrapping}"}),
    Attempt("GET", "identity/entity/id/{entity}", sees=True),
    Attempt("POST", "identity/entity/id/{entity}", {"policies": ["all"]}),
    Attempt("POST", "identity/entity", {"id": "{entity}", "policies": ["all"]}),
    Attempt("DELETE", "identity/entity/id/{entity}"),
    Attempt("POST", "identity/entity/batch-delete", {"entity_ids": ["{entity}"]}),
    Attempt("POST", "identity/lookup/entity", {"id": "{entity}"}, sees=True),
    Attempt("POST", "identity/lookup/entity", {"alias_id": "{alias}"}, sees=True),
    Attempt("POST", "identity/lookup/entity", {"alias_name": "eva", "alias_mount_accessor": "{mount}"}, sees=True),
    Attempt("GET", "identity/group/id/{group}", sees=True),
    Attempt("POST", "identity/group/id/{group}", {"policies": ["all"]}),
    Attempt("DELETE", "identity/group/id/{group}"),
    Attempt("POST", "identity/lookup/group", {"id": "{group}"}, sees=True),
    Attempt("GET", "identity/entity-alias/id/{alias}"),
    Attempt("DELETE", "identity/entity-alias/id/{alias}"),
    Attempt("POST", "identity/entity-alias", {"name": "x", "canonical_id": "{entity}", "mount_accessor": "{mount}"}),
    Attempt("POST", "identity/entity-alias/id/{alias}", {"name": "y"}),
    Attempt("POST", "sys/locked-users/{mount}/unlock/eva"),
)
"""What names a thing by an id, wherever the request goes."""

IN_PLACE = (
    Attempt("GET", "kv/secret", sees=True),
    Attempt("POST", "kv/secret", {"text": "overwritten"}),
    Attempt("DELETE", "kv/secret"),
    Attempt("LIST", "kv"),
    Attempt("GET", "db/account/more"),
    Attempt("GET", "cubbyhole/note"),
    Attempt("LIST", "auth/token/accessors"),
    Attempt("POST", "auth/token/create", {"policies": ["all"], "id": "chosen"}),
    Attempt("POST", "auth/token/create", {"policies": ["all"], "no_parent": True}),
    Attempt("POST", "auth/token/create-orphan", {"policies": ["all"]}),
    Attempt("POST", "auth/token/create/role"),
    Attempt("GET", "auth/token/roles/role", sees=True),
    Attempt("DELETE", "auth/token/roles/role"),
    Attempt("GET", "sys/auth", sees=True),
    Attempt("GET", "sys/mounts"),
    Attempt("GET", "sys/internal/ui/mounts", sees=True),
    Attempt("GET", "sys/internal/ui/mounts/auth/up", sees=True),
    Attempt("GET", "sys/internal/ui/resultant-acl"),
    Attempt("POST", "sys/mounts/mine", {"type": "kv"}),
    Attempt("POST", "sys/mounts/kv/tune", {"description": "mine"}),
    Attempt("DELETE", "sys/mounts/kv"),
    Attempt("DELETE", "sys/auth/up"),
    Attempt("POST", "auth/up/users/eva", {"password": "mine"}),
    Attempt("GET", "sys/policies/acl/own", sees=True),
    Attempt("PUT", "sys/policies/acl/own", {"policy": 'path "*" { capabilities = ["sudo"] }'}),
    Attempt("DELETE", "sys/policies/acl/own"),
    Attempt("GET", "sys/policies/password/pass", sees=True),
    Attempt("DELETE", "sys/policies/password/pass"),
    Attempt("LIST", "sys/leases/lookup/db/account"),
    Attempt("POST", "sys/leases/search"),
    Attempt("POST", "sys/leases/revoke-prefix/db"),
    Attempt("POST", "sys/leases/revoke-force/db"),
    Attempt("POST", "sys/leases/revoke-prefix/auth"),
    Attempt("POST", "sys/leases/revoke-prefix/auth/token/create"),
    Attempt("POST", "sys/namespaces/mine"),
    Attempt("POST", "sys/namespaces/api-lock/lock"),
    Attempt("POST", "sys/remount", {"from": "kv", "to": "stolen"}),
    Attempt("GET", "sys/locked-users"),
    Attempt("GET", "identity/entity/name/eva", sees=True),
    Attempt("DELETE", "identity/entity/name/eva"),
    Attempt("POST", "identity/lookup/group", {"name": "all"}, sees=True),
    Attempt("LIST", "identity/entity/id"),
    Attempt("POST", "sys/capabilities-self", {"path": "kv/secret"}),
)
"""What works in the namespace that the request names."""

FROM_OUTSIDE = (
    Attempt("GET", "sys/namespaces/{path}", sees=True),
    Attempt("DELETE", "sys/namespaces/{path}"),
    Attempt("PATCH", "sys/namespaces/{path}", {"custom_metadata": {"note": "mine"}}),
    Attempt("POST", "sys/namespaces/api-lock/lock/{path}"),
    Attempt("POST", "sys/remount", {"from": "{path}/kv", "to": "stolen"}),
    Attempt("POST", "sys/remount", {"from": "kv", "to": "{path}/given"}),
    Attempt("POST", "sys/remount", {"from": "auth/{path}/up", "to": "auth/stolen"}),
    Attempt("GET", "sys/internal/ui/mounts/{path}/kv/x"),
)
"""What names the victim's namespace by its path."""


def _canary(path: str) -> str:
    return f"canary{PATHS.index(path)}x"


def _prefix(parent: str) -> str:
    return f"{parent}/" if parent else ""

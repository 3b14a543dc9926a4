"""Namespaces with a seal of their own: what sealing one does to everything that works in it."""

from __future__ import annotations

import json

import pytest
from structlog.testing import capture_logs

from strongroom.barrier import keys
from strongroom.engines.kv import names
from tests.flow.node import TestNode
from tests.flow.sysapi.leases_world import World
from tests.flow.sysapi.test_leases_terms import People

STANZA = 'seal "shamir" {\n shares = 2\n threshold = 2\n}'
DB = {"type": "leasing"}


class Tenant:
    """A namespace `t` with a seal, with the leasing engine at `t/db/`."""

    def __init__(self, world: World, id_: str, shares: list[str]) -> None:
        self.world, self.id, self.shares = world, id_, shares

    @classmethod
    async def make(cls, world: World) -> Tenant:
        """Make it, and unseal it."""
        made = await world.server.ok("POST", "sys/namespaces/t", {"seal": STANZA})
        tenant = cls(world, made.data["id"], made.data["key_shares"])
        await tenant.unseal()
        await world.server.ok("POST", "t/sys/mounts/db", DB)
        return tenant

    async def unseal(self) -> None:
        """Hand in all shares."""
        for share in self.shares:
            state = await self.world.server.ok("POST", "sys/namespaces/t/unseal", {"key": share})
        assert state.data["sealed"] is False

    async def seal(self) -> None:
        """Seal it."""
        await self.world.server.ok("POST", "sys/namespaces/t/seal")

    async def token(self, **fields: object) -> str:
        """A token of it."""
        made = await self.world.server.ok("POST", "t/auth/token/create", {"policies": ["default"], **fields})
        return str(made.body["auth"]["client_token"])


async def test_a_sealed_namespace_serves_nothing_and_root_goes_on() -> None:
    """Reads, writes, listings, logins, tokens and what is below answer 503, whichever way they are asked."""
    world = await World.start()
    tenant = await Tenant.make(world)
    token, batch = await tenant.token(), await tenant.token(type="batch")
    await world.server.ok("POST", "t/sys/namespaces/below")
    await tenant.seal()
    ask = world.server.ask
    for method, path in (
        ("GET", "t/db/account/app"),
        ("GET", "t/sys/mounts"),
        ("LIST", "t/sys/namespaces"),
        ("POST", "t/sys/policies/acl/x"),
        ("POST", "t/auth/token/create"),
        ("GET", "t/below/sys/mounts"),
        ("GET", "t/sys/namespaces/below/seal-status"),
        ("DELETE", "sys/namespaces/t"),
    ):
        answer = await ask(method, path)
        assert (answer.status, answer.body) == (503, {"errors": ["namespace is sealed"]}), path
    for each in (token, batch):
        assert (await ask("GET", "auth/token/lookup-self", token=each)).status == 503
    assert (await ask("GET", "sys/mounts", headers={"x-vault-namespace": "t"})).status == 503
    assert (await ask("GET", "sys/mounts")).status == 200
    assert (await ask("SCAN", "sys/namespaces")).data["keys"] == ["t/"]
    await tenant.unseal()
    for each in (token, batch):
        assert (await ask("GET", "auth/token/lookup-self", token=each)).status == 200
    assert (await ask("SCAN", "sys/namespaces")).data["keys"] == ["t/", "t/below/"]


async def test_what_is_due_waits_and_holds_up_nothing() -> None:
    """Tokens and leases of a sealed namespace stand aside without a word in the log, and end after the unsealing."""
    world = await World.start()
    tenant = await Tenant.make(world)
    for number in range(3):
        await world.server.ok("GET", f"t/db/account/tenant{number}")
    for _ in range(300):
        await tenant.token(ttl="1m")
    mine = (await world.server.ok("POST", "auth/token/create", {"policies": ["default"], "ttl": "2m"})).body["auth"]
    await world.server.ok("GET", "db/account/root")
    await tenant.seal()
    world.server.clock.advance(40 * 86400)
    with capture_logs() as lines:
        await world.settle()
    assert {line["event"] for line in lines} <= {"what is due ends late"}  # by 40 days, before anything was done
    with capture_logs() as lines:
        await world.settle()
    assert lines == []
    assert sorted(world.outside.accounts) == ["tenant0", "tenant1", "tenant2"]
    assert keys.accessor(mine["accessor"]) not in await world.rows(keys.accessors("root"))
    assert await world.rows(keys.QUEUE) == []
    assert len(await world.rows(f"{keys.PARKED}{tenant.id}/")) == 303
    await tenant.unseal()
    await world.settle()
    assert list(world.outside.accounts) == []
    assert await world.rows(keys.PARKED, keys.QUEUE) == []
    assert await world.rows(keys.tokens(tenant.id), keys.leases(tenant.id)) == []


async def test_an_entity_ends_while_a_namespace_below_is_sealed() -> None:
    """What it owns elsewhere is revoked at once, in whatever order; what it owns there, after the unsealing."""
    world = await World.start()
    tenant = await Tenant.make(world)
    people = await People.of(world)
    await world.server.ok("PUT", "sys/policies/acl/all", {"policy": 'path "*" { capabilities = ["read"] }'})
    token, entity = await people.login("ann")
    world.outside.terms = {"owner": "entity"}
    for number in range(30):
        place = "t/db" if number % 2 else "db"
        await world.server.ok("GET", f"{place}/role/app", token=token)
    await tenant.seal()
    told = await world.server.ok("POST", f"sys/leases/revoke-entity/{entity}")
    assert "in a namespace that is sealed were not revoked" in told.body["warnings"][0]
    await world.server.ok("DELETE", f"identity/entity/id/{entity}")
    for _ in range(3):
        await world.settle()
    assert len(world.outside.accounts) == 15
    found = await world.server.ok("POST", "sys/leases/search", {"entity_id": entity})
    assert found.data["keys"] == []
    await tenant.unseal()
    for _ in range(3):
        await world.settle()
    assert not world.outside.accounts
    assert not await world.rows(keys.PENDING_DELETION)


async def test_a_deleted_namespace_that_was_sealed_meanwhile_can_be_unsealed() -> None:
    """Nothing of it is reached any more; its secrets are revoked when its shares are given once more."""
    world = await World.start()
    tenant = await Tenant.make(world)
    await world.server.ok("GET", "t/db/account/app")
    await world.server.ok("DELETE", "sys/namespaces/t")
    await tenant.seal()
    await world.settle()
    assert list(world.outside.accounts) == ["app"]
    assert (await world.server.ok("GET", "sys/namespaces/t")).data["tainted"] is True
    await tenant.unseal()
    assert (await world.server.ask("GET", "t/sys/mounts")).status == 404
    await world.settle()
    assert list(world.outside.accounts) == []
    assert (await world.server.ask("GET", "sys/namespaces/t")).status == 404
    assert [row for row in await world.rows("") if tenant.id in row] == []


async def test_deleting_a_sealed_one_leaves_no_row_and_revokes_nothing() -> None:
    """What is below goes too, if that is asked for; the answer says that nothing is revoked."""
    world = await World.start()
    before = set(await world.rows(""))
    tenant = await Tenant.make(world)
    await tenant.token(ttl="1m")
    await world.server.ok("GET", "t/db/account/app")
    await world.server.ok("POST", "t/cubbyhole/note", {"a": "b"})
    made = await world.server.ok("POST", "t/sys/namespaces/own", {"seal": STANZA})
    for share in made.data["key_shares"]:
        await world.server.ok("POST", "t/sys/namespaces/own/unseal", {"key": share})
    await world.server.ok("POST", "t/own/sys/namespaces/deep")
    await world.server.ok("POST", "t/sys/namespaces/plain")
    refused = await world.server.ask("DELETE", "sys/namespaces/t/delete-sealed")
    assert (refused.status, refused.body) == (400, {"errors": ["namespace is not sealed"]})
    await tenant.seal()
    assert (await world.server.ask("DELETE", "sys/namespaces/t/delete-sealed")).status == 400
    done = await world.server.ok("DELETE", "sys/namespaces/t/delete-sealed?force=true")
    assert "revoked" in done.body["warnings"][0]
    assert (await world.server.ask("GET", "t/sys/mounts")).status == 404
    await world.settle()
    world.server.clock.advance(40 * 86400)
    await world.settle()
    assert list(world.outside.accounts) == ["app"]
    # By these, a token of a namespace above finds what it has made there.  They go with that token.
    index = ("shared/root/token/child/", "shared/root/lease/token/", "role/")
    assert [row for row in set(await world.rows("")) - before if not row.startswith(index)] == []


async def test_deleting_a_sealed_one_needs_sudo() -> None:
    """Without it the namespace stays."""
    world = await World.start()
    tenant = await Tenant.make(world)
    await tenant.seal()
    token = await world.server.token('path "sys/namespaces/*" { capabilities = ["create", "update", "delete"] }')
    assert (await world.server.ask("DELETE", "sys/namespaces/t/delete-sealed", token=token)).status == 403
    assert (await world.server.ok("GET", "sys/namespaces/t")).data["id"] == tenant.id


async def test_a_mount_is_not_moved_to_another_seal() -> None:
    """Its rows would stay under the keyring of before."""
    world = await World.start()
    await Tenant.make(world)
    await world.server.ok("POST", "sys/mounts/kv", {"type": "kv"})
    for source, target in (("kv/", "t/kv/"), ("t/db/", "db2/")):
        answer = await world.server.ask("POST", "sys/remount", {"from": source, "to": target})
        assert answer.status == 400
        assert "another seal" in answer.body["errors"][0]
    await world.server.ok("POST", "t/sys/namespaces/below")
    await world.server.ok("POST", "sys/remount", {"from": "t/db/", "to": "t/below/db/"})


async def test_nothing_is_remembered_of_a_sealed_namespace() -> None:
    """Neither rows nor derived values nor names of secrets nor tokens stay in the process."""
    world = await World.start()
    tenant = await Tenant.make(world)
    await world.server.ok("POST", "t/sys/mounts/kv", {"type": "kv", "options": {"version": "2"}})
    await world.server.ok("POST", "t/kv/data/canary-path", {"data": {"a": "canary"}})
    await world.server.ok("GET", "t/kv/data/canary-path")
    token = await tenant.token()
    assert (await world.server.ask("GET", "t/auth/token/lookup-self", token=token)).status == 200
    services = world.server.services
    await tenant.seal()
    cache = services.barrier.cache
    assert [key for key in cache._rows if keys.namespace_at(key) == tenant.id] == []
    of_it = [
        name
        for name, derived in cache._derived.items()
        if any(keys.namespace_at(key) == tenant.id for key in (*derived.basis.keys, *derived.basis.prefixes))
    ]
    assert of_it == []
    assert token not in services.tokens._keys
    assert names._remembered.cache_info().currsize == 0  # type: ignore[attr-defined]
    assert names.names_of.cache_info().currsize == 0  # type: ignore[attr-defined]


async def test_shares_are_shown_once_and_never_in_the_audit_log() -> None:
    """Those of the answer, those that are handed in, and wrong ones."""
    node = await (await TestNode.start()).audited()
    made = await node.ok("POST", "sys/namespaces/t", {"seal": STANZA})
    shares = made.body["data"]["key_shares"]
    wrong = "ab" * 33
    await node.ask("POST", "sys/namespaces/t/unseal", {"key": wrong})
    await node.ok("POST", "sys/namespaces/t/unseal", {"reset": True})
    for share in shares:
        await node.ok("POST", "sys/namespaces/t/unseal", {"key": share})
    shown = json.dumps((await node.ok("GET", "sys/namespaces/t")).body)
    recorded = "\n".join(str(line) for line in node.recorder.lines)
    assert "hmac-sha256" in recorded
    for share in (*shares, wrong):
        assert share not in recorded
        assert share not in shown


@pytest.mark.parametrize("body", [{"seal": STANZA}, {"seal": STANZA, "custom_metadata": {"a": "b"}}])
async def test_a_seal_is_not_changed(body: dict[str, object]) -> None:
    """Neither by writing nor by patching, and not given to one that has none."""
    world = await World.start()
    tenant = await Tenant.make(world)
    await world.server.ok("POST", "sys/namespaces/plain")
    for name in ("t", "plain"):
        for method in ("POST", "PATCH"):
            answer = await world.server.ask(method, f"sys/namespaces/{name}", body)
            assert (answer.status, answer.body) == (400, {"errors": ["cannot modify existing namespace seal config"]})
    await tenant.seal()
    await tenant.unseal()


async def test_a_plain_namespace_is_not_said_to_be_sealed() -> None:
    """Sealing one without a seal is refused, because it would still be served."""
    world = await World.start()
    await world.server.ok("POST", "sys/namespaces/plain")
    answer = await world.server.ask("POST", "sys/namespaces/plain/seal")
    assert (answer.status, answer.body) == (400, {"errors": ["namespace is not sealable"]})


async def test_wrong_shares_begin_anew() -> None:
    """They open nothing, and the right ones still do."""
    world = await World.start()
    tenant = await Tenant.make(world)
    await tenant.seal()
    for key in (tenant.shares[0], "ab" * 33):
        answer = await world.server.ask("POST", "sys/namespaces/t/unseal", {"key": key})
    assert answer.status == 400
    state = (await world.server.ok("GET", "sys/namespaces/t/seal-status")).data
    assert (state["sealed"], state["progress"]) == (True, 0)
    await tenant.unseal()


async def test_sealing_discards_the_shares_given_so_far() -> None:
    """Also when the namespace was sealed already."""
    world = await World.start()
    tenant = await Tenant.make(world)
    await tenant.seal()
    await world.server.ok("POST", "sys/namespaces/t/unseal", {"key": tenant.shares[0]})
    await tenant.seal()
    state = (await world.server.ok("GET", "sys/namespaces/t/seal-status")).data
    assert state == {"type": "shamir", "initialized": True, "sealed": True, "t": 2, "n": 2, "progress": 0, "nonce": ""}


async def test_quotas_do_not_need_a_sealed_namespace() -> None:
    """Quotas are set and shown while a namespace is sealed, whose leases count as before; they end when it is wiped."""
    world = await World.start()
    tenant = await Tenant.make(world)
    ok = world.server.ok
    await ok("POST", "t/sys/namespaces/below")
    await ok("POST", "t/below/sys/mounts/db", DB)
    for path, name in (("t/db/account/*", "part"), ("t/", "tenant"), ("t/auth/token", "tokens")):
        await ok(
            "POST", f"sys/quotas/lease-count/{name}", {"max_leases": 9, "path": path, "inheritable": name == "tenant"}
        )
    await ok("POST", "sys/quotas/rate-limit/part", {"rate": 1000, "path": "t/db/account/*"})
    await tenant.token()
    for path in ("t/db/account/a", "t/db/account/b", "t/below/db/account/c"):
        await ok("GET", path)

    async def counters() -> list[int]:
        names = ("part", "tenant", "tokens", "all")
        return [(await ok("GET", f"sys/quotas/lease-count/{name}")).data["counter"] for name in names]

    await ok("POST", "sys/quotas/lease-count/all", {"max_leases": 9})
    before = await counters()
    assert before == [2, 1, 1, 0]
    await tenant.seal()
    await ok("POST", "sys/quotas/lease-count/all", {"max_leases": 8})
    await ok("POST", "sys/quotas/lease-count/all", {"max_leases": 8, "additional": True})
    assert await counters() == [*before[:3], 3]
    assert (await ok("GET", "sys/quotas/rate-limit/part")).data["path"] == "t/db/account/*"
    await ok("DELETE", "sys/namespaces/t/delete-sealed?force=true")
    await world.settle()
    assert (await ok("LIST", "sys/quotas/lease-count")).data["keys"] == ["all"]
    assert (await world.server.ask("LIST", "sys/quotas/rate-limit")).status == 404
    assert (await ok("GET", "sys/quotas/lease-count/all")).data["counter"] == 0

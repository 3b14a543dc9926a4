"""Lease count quotas: what they refuse, what they count, and that no count drifts."""

from __future__ import annotations

import random

import pytest

from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.expiry import ROLE, Expiry
from strongroom.sdk import Request
from tests.flow.node import TestNode

FULL = 'request path "{}": lease count quota exceeded'


async def node_with(**quota: object) -> TestNode:
    """A node with one quota."""
    node = await (await TestNode.start()).audited()
    if quota:
        await node.ok("POST", "sys/quotas/lease-count/one", quota)
    return node


async def leased(node: TestNode, path: str = "probe/secret", times: int = 1, token: str | None = None) -> list[str]:
    """The ids of so many leases, without those that were refused."""
    answers = [await node.ask("POST", path, {}, token) for _ in range(times)]
    assert {answer.status for answer in answers} <= {200, 429}
    return [answer.body["lease_id"] for answer in answers if answer.status == 200]


async def counter(node: TestNode, name: str = "one") -> int:
    """What a quota counts by now."""
    return int((await node.ok("GET", f"sys/quotas/lease-count/{name}")).data["counter"])


async def recounted(node: TestNode) -> dict[str, bytes]:
    """The counters as they are when all is counted anew, which must be as they were."""
    assert node.node.unsealed is not None
    services = node.node.unsealed

    def rows() -> dict[str, bytes]:
        found = {key: value for key, value in node.rows().items() if "/quota-count/" in key or "/quota-tokens/" in key}
        return {key: value for key, value in found.items() if value != b"0" or "/quota-count/" in key}

    before = rows()

    async def recount(txn: Transaction) -> None:
        await services.lease_counts.recount(txn)

    await transact(services.barrier, recount)
    assert rows() == before
    return before


async def work(node: TestNode) -> None:
    """Do what is due."""
    assert node.node.unsealed is not None
    services = node.node.unsealed
    storage = services.barrier.storage
    for _ in range(50):
        fence = await storage.lock(ROLE, "test", 30.0)
        assert fence is not None
        if not await Expiry(services).run_once(fence):
            return


async def test_a_full_quota_refuses_until_a_lease_ends() -> None:
    """The third lease of two is refused with 429 and leaves nothing; when one is revoked, there is room for one."""
    node = await node_with(max_leases=2, path="probe")
    ids = await leased(node, times=2)
    refused = await node.ask("POST", "probe/secret", {})
    assert (refused.status, refused.error) == (429, FULL.format("probe/secret"))
    assert "Retry-After" in refused.headers
    assert await counter(node) == 2
    await node.ok("PUT", "sys/leases/revoke", {"lease_id": ids[0], "sync": True})
    assert await counter(node) == 1
    assert len(await leased(node, times=3)) == 1
    await recounted(node)


async def test_leases_that_are_there_already_are_counted() -> None:
    """A quota that is made later counts them, even beyond what it allows, and has room when enough have ended."""
    node = await node_with()
    ids = await leased(node, times=3)
    for name, path in (("all", ""), ("one", "probe"), ("begins", "probe/se*"), ("part", "probe/secret")):
        await node.ok("POST", f"sys/quotas/lease-count/{name}", {"max_leases": 2, "path": path})
        assert await counter(node, name) == 3
        assert await leased(node) == []
    # The most specific one counts a lease, and no other.
    assert [await counter(node, name) for name in ("all", "one", "part", "begins")] == [0, 0, 3, 0]
    await node.ok("DELETE", "sys/quotas/lease-count/part")
    assert [await counter(node, name) for name in ("all", "one", "begins")] == [0, 0, 3]
    for id_ in ids[:2]:
        await node.ok("PUT", "sys/leases/revoke", {"lease_id": id_, "sync": True})
    assert len(await leased(node, times=3)) == 1
    await recounted(node)


async def test_a_quota_takes_the_place_of_a_wider_one() -> None:
    """A mount's quota is more generous than that of all, and what it has doesn't count for the others."""
    node = await node_with(max_leases=1, path="")
    await node.ok("POST", "sys/mounts/second", {"type": "probe"})
    await node.ok("POST", "sys/quotas/lease-count/probe", {"max_leases": 3, "path": "probe"})
    assert len(await leased(node, "probe/secret", 5)) == 3
    assert len(await leased(node, "second/secret", 5)) == 1
    assert (await counter(node), await counter(node, "probe")) == (1, 3)
    await recounted(node)


async def test_an_additional_quota_counts_beside_it() -> None:
    """Both have to have room."""
    node = await node_with(max_leases=3, path="probe")
    await node.ok("POST", "sys/quotas/lease-count/more", {"max_leases": 2, "path": "", "additional": True})
    assert len(await leased(node, times=5)) == 2
    assert (await counter(node), await counter(node, "more")) == (2, 2)
    await recounted(node)


async def test_tokens_count_as_leases_of_their_auth_mount() -> None:
    """Logins and new tokens count; they give back when they end, by revocation and by time, with their children."""
    node = await node_with()
    await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    for name, path in (("one", "auth/userpass"), ("tokens", "auth/token")):
        await node.ok("POST", f"sys/quotas/lease-count/{name}", {"max_leases": 2, "path": path})
    await node.ok("POST", "auth/userpass/users/ann", {"password": "right", "token_ttl": "1h"})

    async def login() -> int:
        return (await node.ask("POST", "auth/userpass/login/ann", {"password": "right"}, "")).status

    first = await node.ok("POST", "auth/userpass/login/ann", {"password": "right"}, "")
    assert [await login() for _ in range(3)] == [200, 429, 429]
    parent = (await node.ok("POST", "auth/token/create", {"policies": ["default"], "ttl": "1h"})).body["auth"]
    child = await node.ask("POST", "auth/token/create", {"policies": ["default"]}, node.root)
    assert child.status == 200
    refused = await node.ask("POST", "auth/token/create", {"policies": ["default"]})
    assert (refused.status, refused.error) == (429, FULL.format("auth/token/create"))
    assert (await node.ask("POST", "auth/token/create", {"type": "batch", "policies": ["default"]})).status == 429
    assert (await node.ask("POST", "auth/token/create", {"policies": ["root"]})).status == 200
    await recounted(node)
    await node.ok("POST", "auth/token/revoke", {"token": first.body["auth"]["client_token"]})
    await node.ok("POST", "auth/token/revoke-orphan", {"token": parent["client_token"]})
    assert (await counter(node), await counter(node, "tokens")) == (1, 1)
    await recounted(node)
    node.clock.advance(3601)
    await work(node)
    assert (await counter(node), await counter(node, "tokens")) == (0, 1)
    await recounted(node)


async def test_a_batch_token_needs_room_and_takes_none() -> None:
    """Batch tokens are made while there is room, and aren't counted."""
    node = await node_with(max_leases=1, path="auth/token")
    body = {"type": "batch", "policies": ["default"]}
    assert [(await node.ask("POST", "auth/token/create", body)).status for _ in range(3)] == [200] * 3
    assert await counter(node) == 0


async def test_logins_of_a_role() -> None:
    """A quota for a role counts its logins, and no others of the mount."""
    node = await node_with()
    await node.ok("POST", "sys/auth/approle", {"type": "approle"})
    ids = {}
    for name in ("web", "db"):
        await node.ok("POST", f"auth/approle/role/{name}", {"bind_secret_id": False, "token_bound_cidrs": "192.0.2.7"})
        ids[name] = (await node.ok("GET", f"auth/approle/role/{name}/role-id")).data["role_id"]
    await node.ok("POST", "sys/quotas/lease-count/web", {"max_leases": 1, "path": "auth/approle", "role": "web"})

    async def login(name: str) -> int:
        return (await node.ask("POST", "auth/approle/login", {"role_id": ids[name]}, "")).status

    assert [await login("web") for _ in range(3)] == [200, 429, 429]
    assert [await login("db") for _ in range(3)] == [200] * 3
    assert await counter(node, "web") == 1


async def test_namespaces_and_what_ends_with_them() -> None:
    """A namespace's quota counts what is in it, the one of all what is in others; leases of a mount that is disabled
    count for the quota above until they are revoked."""
    node = await node_with(max_leases=100, path="")
    for name in ("a", "b"):
        await node.ok("POST", f"sys/namespaces/{name}")
        await node.ok("POST", f"{name}/sys/mounts/probe", {"type": "probe"})
    await node.ok("POST", "sys/quotas/lease-count/a", {"max_leases": 3, "path": "a/"})
    await node.ok("POST", "sys/quotas/lease-count/mount", {"max_leases": 2, "path": "a/probe"})
    assert len(await leased(node, "a/probe/secret", 4)) == 2
    assert len(await leased(node, "b/probe/secret", 4)) == 4
    assert [await counter(node, name) for name in ("one", "a", "mount")] == [4, 0, 2]
    await node.ok("DELETE", "a/sys/mounts/probe")
    assert [await counter(node, name) for name in ("one", "a")] == [4, 2]
    await recounted(node)
    await work(node)
    assert [await counter(node, name) for name in ("one", "a")] == [4, 0]
    await node.ok("DELETE", "sys/namespaces/b")
    await recounted(node)
    await work(node)
    assert await counter(node) == 0
    await recounted(node)


async def test_a_quota_follows_a_mount_that_is_moved() -> None:
    """A quota for a path in it counts what was leased before the move with the rest of the mount."""
    node = await node_with(max_leases=9, path="probe/secret")
    await leased(node, times=2)
    await node.ok("POST", "sys/quotas/lease-count/all", {"max_leases": 9})
    await node.ok("POST", "sys/remount", {"from": "probe", "to": "other"})
    await leased(node, "other/secret")
    assert (await counter(node), await counter(node, "all")) == (1, 2)
    await recounted(node)
    await node.ok("POST", "sys/namespaces/team")
    await node.ok("POST", "sys/remount", {"from": "other", "to": "team/probe"})
    await leased(node, "team/probe/secret", 2)
    await recounted(node)
    await work(node)
    assert (await counter(node), await counter(node, "all")) == (2, 0)
    await recounted(node)


@pytest.mark.parametrize("seed", range(6))
async def test_no_count_drifts(seed: int) -> None:
    """Whatever is leased, revoked, set, changed and deleted: what is counted is what there is."""
    chance = random.Random(seed)
    node = await node_with()
    await node.ok("POST", "sys/mounts/second", {"type": "probe"})
    ids: list[str] = []
    paths = ["", "probe", "probe/secret", "probe/*", "second", "second/se*", "auth/token"]
    for _ in range(40):
        match chance.randrange(6):
            case 0 | 1:
                ids += await leased(node, chance.choice(["probe/secret", "second/secret"]), 2)
            case 2 if ids:
                id_ = ids.pop(chance.randrange(len(ids)))
                await node.ok("PUT", "sys/leases/revoke", {"lease_id": id_, "sync": True})
            case 3:
                name, path = f"q{chance.randrange(4)}", chance.choice(paths)
                body = {"max_leases": chance.randrange(1, 9), "path": path, "additional": chance.random() < 0.3}
                await node.ask("POST", f"sys/quotas/lease-count/{name}", body)
            case 4:
                await node.ok("DELETE", f"sys/quotas/lease-count/q{chance.randrange(4)}")
            case _:
                made = await node.ask("POST", "auth/token/create", {"policies": ["default"]})
                if made.status == 200 and chance.random() < 0.5:
                    await node.ok("POST", "auth/token/revoke", {"token": made.body["auth"]["client_token"]})
    counted = await recounted(node)
    names = await node.ask("LIST", "sys/quotas/lease-count")
    assert len([key for key in counted if "/quota-count/" in key]) == (
        len(names.data["keys"]) if names.status == 200 else 0
    )


@pytest.mark.parametrize(
    "body",
    [{}, {"max_leases": 0}, {"max_leases": -1}, {"max_leases": "x"}, {"max_leases": 1e308}, {"max_leases": 2**64}],
)
async def test_what_a_quota_cannot_be(body: dict[str, object]) -> None:
    """A quota allows at least one lease, and a whole number of them."""
    node = await node_with(max_leases=5, path="probe")
    answer = await node.ask("POST", "sys/quotas/lease-count/one", body)
    assert answer.status == 400
    assert answer.error
    assert (await node.ok("GET", "sys/quotas/lease-count/one")).data["max_leases"] == 5


async def test_the_numbers_for_monitoring() -> None:
    """Vault's names: what was refused by each quota, what it counts and allows; zero from the first scrape on."""
    node = await node_with(max_leases=2, path="probe")
    await node.ok("POST", "sys/mounts/second", {"type": "probe"})
    await node.ok("POST", "sys/quotas/rate-limit/few", {"rate": 1, "interval": "1h", "path": "second"})

    async def numbers() -> dict[str, float]:
        text = str((await node.ask("GET", "sys/metrics?format=prometheus")).body.decode())
        lines = [line for line in text.splitlines() if line.startswith("vault_quota")]
        return {line.partition("{")[0] + line.rpartition('name="')[2][:4]: float(line.split()[-1]) for line in lines}

    first = await numbers()
    assert first == {
        'vault_quota_rate_limit_violationfew"': 0,
        'vault_quota_lease_count_violationone"': 0,
        'vault_quota_lease_count_counterone"': 0,
        'vault_quota_lease_count_maxone"': 2,
    }
    await leased(node, times=4)
    for _ in range(4):
        await node.ask("GET", "second/x")
    later = await numbers()
    assert later['vault_quota_lease_count_violationone"'] == 2
    assert later['vault_quota_lease_count_counterone"'] == 2
    assert later['vault_quota_rate_limit_violationfew"'] == 3


async def test_a_quota_that_is_made_while_a_token_is_made() -> None:
    """The token's commit runs again by the new quota, so it is counted; a quota that ends meanwhile counts nothing."""
    node = await node_with()
    other = await node.peer()
    await node.ok("POST", "sys/quotas/lease-count/all", {"max_leases": 5})

    async def change(request: Request) -> None:
        node.probe.before = node.probe.existing
        await other.ok("POST", "sys/quotas/lease-count/one", {"max_leases": 1, "path": "probe"})
        await other.ok("DELETE", "sys/quotas/lease-count/all")

    node.probe.before = change
    assert (await node.ask("POST", "probe/open/ann", {}, "")).status == 200
    assert await counter(node) == 1
    assert (await node.ask("POST", "probe/open/ann", {}, "")).status == 429
    await recounted(node)

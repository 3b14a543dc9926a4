"""Who counts together for a rate limit, and which requests it is for."""

from __future__ import annotations

import pytest

from tests.flow.node import TestNode
from tests.flow.quotas.test_rate_limits import node_with, passing


async def people(node: TestNode) -> list[str]:
    """Two tokens of Ann's entity, and one of Bob's."""
    await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await node.ok("PUT", "sys/policies/acl/probe", {"policy": 'path "probe/*" { capabilities = ["read"] }'})
    tokens = []
    for name in ("ann", "ann", "bob"):
        await node.ok("POST", f"auth/userpass/users/{name}", {"password": "right", "token_policies": "probe"})
        login = await node.ok("POST", f"auth/userpass/login/{name}", {"password": "right"}, "")
        tokens.append(str(login.body["auth"]["client_token"]))
    return tokens


async def counts(node: TestNode, *clients: tuple[str, str]) -> list[int]:
    """How many of four requests each client gets through, one after another: token and address."""
    return [await passing(node, "probe/rows/a", 4, token=token, address=address) for token, address in clients]


async def test_all_clients_count_together_if_the_limit_says_so() -> None:
    """Addresses and tokens don't matter to a limit of `none`."""
    node = await node_with(group_by="none")
    assert await counts(node, (node.root, "192.0.2.1"), (node.root, "192.0.2.2"), ("", "192.0.2.3")) == [2, 0, 0]


@pytest.mark.parametrize(("group_by", "others"), [("entity_then_ip", [3, 3, 0]), ("entity_then_none", [3, 0, 0])])
async def test_an_entity_counts_whatever_its_tokens_and_addresses(group_by: str, others: list[int]) -> None:
    """Two tokens of one person count together, another person apart, and those without an entity as the mode says."""
    node = await node_with(rate=2, group_by=group_by, secondary_rate=3)
    ann, anns_other, bob = await people(node)
    assert await counts(node, (ann, "192.0.2.1"), (anns_other, "192.0.2.2"), (bob, "192.0.2.1")) == [2, 0, 2]
    nobody = [(node.root, "192.0.2.1"), ("hvs.wrong", "192.0.2.2"), ("", "192.0.2.2")]
    assert await counts(node, *nobody) == others


async def test_the_secondary_rate_is_the_rate_by_default() -> None:
    """Clients without an entity have the same rate if nothing else is said."""
    node = await node_with(rate=2, group_by="entity_then_ip")
    assert await counts(node, (node.root, "192.0.2.1")) == [2]


async def test_only_logins_of_the_role_count() -> None:
    """A limit for a role counts its logins, by its role id, and no other request of the mount."""
    node = await (await TestNode.start()).audited()
    await node.ok("POST", "sys/auth/approle", {"type": "approle"})
    ids = {}
    for name in ("web", "db"):
        await node.ok("POST", f"auth/approle/role/{name}", {"bind_secret_id": False, "token_bound_cidrs": "192.0.2.7"})
        ids[name] = (await node.ok("GET", f"auth/approle/role/{name}/role-id")).data["role_id"]
    body = {"rate": 1, "interval": "1m", "path": "auth/approle", "role": "web"}
    await node.ok("POST", "sys/quotas/rate-limit/web", body)

    async def login(role_id: str) -> int:
        return (await node.ask("POST", "auth/approle/login", {"role_id": role_id}, "")).status

    assert [await login(ids["web"]) for _ in range(3)] == [200, 429, 429]
    assert [await login(ids["db"]) for _ in range(3)] == [200] * 3
    assert [await login("unknown") for _ in range(3)] == [400] * 3
    assert await passing(node, "auth/approle/role/web") == 6


async def test_a_limit_follows_its_mount() -> None:
    """A mount that is moved takes its limit along, into another namespace too; one that is disabled ends it."""
    node = await node_with(rate=1)
    await node.ok("POST", "sys/namespaces/team")
    await node.ok("POST", "sys/remount", {"from": "probe", "to": "other"})
    assert (await node.ok("GET", "sys/quotas/rate-limit/one")).data["path"] == "other/"
    assert await passing(node, "other/rows/a") == 1
    await node.ok("POST", "sys/remount", {"from": "other", "to": "team/probe"})
    assert (await node.ok("GET", "sys/quotas/rate-limit/one")).data["path"] == "team/probe/"
    node.clock.advance(60)
    assert await passing(node, "team/probe/rows/a") == 1
    await node.ok("DELETE", "team/sys/mounts/probe")
    assert (await node.ask("GET", "sys/quotas/rate-limit/one")).status == 404
    await node.ok("POST", "team/sys/mounts/probe", {"type": "probe"})
    assert await passing(node, "team/probe/rows/a") == 6


async def test_a_limit_ends_with_its_namespace() -> None:
    """A namespace that is made again under the name of a former one doesn't have its limit."""
    node = await (await TestNode.start()).audited()
    await node.ok("POST", "sys/namespaces/team")
    await node.ok("POST", "sys/quotas/rate-limit/team", {"rate": 1, "interval": "1m", "path": "team/"})
    assert await passing(node, "team/sys/mounts") == 1
    await node.ok("DELETE", "sys/namespaces/team")
    assert (await node.ask("GET", "sys/quotas/rate-limit/team")).status == 404
    await node.ok("POST", "sys/namespaces/team")
    assert await passing(node, "team/sys/mounts") == 6


async def test_a_namespace_counts_however_it_is_named() -> None:
    """Requests that name the namespace in the header and in the path are of the same limit."""
    node = await (await TestNode.start()).audited()
    await node.ok("POST", "sys/namespaces/team")
    await node.ok("POST", "sys/quotas/rate-limit/team", {"rate": 3, "interval": "1m", "path": "team/"})
    assert await passing(node, "team/sys/mounts", 2) == 2
    assert await passing(node, "sys/mounts", 2, headers={"x-vault-namespace": "team"}) == 1
    assert await passing(node, "sys/mounts") == 6


@pytest.mark.parametrize(
    "body",
    [
        *({}, {"rate": 0}, {"rate": -1}, {"rate": "x"}, {"rate": "inf"}, {"rate": []}),
        *({"rate": 1, "interval": "400d"}, {"rate": 1, "interval": -1}, {"rate": 1, "block_interval": "x"}),
        *(
            {"rate": 1, "group_by": "mac"},
            {"rate": 1, "secondary_rate": 1},
            {"rate": 1, "group_by": "entity_then_ip", "secondary_rate": -1},
        ),
        *(
            {"rate": 1, "path": "nowhere"},
            {"rate": 1, "path": "probe/a*b"},
            {"rate": 1, "path": "probe", "inheritable": True},
        ),
        *(
            {"rate": 1, "path": "probe", "role": "x"},
            {"rate": 1, "role": "x"},
            {"rate": 1, "path": "auth/token", "role": "x"},
        ),
        {"rate": 1, "path": "probe/" + "x" * 2000},
    ],
)
async def test_what_a_limit_cannot_be(body: dict[str, object]) -> None:
    """Each is refused with 400 and an error, and the limit that was there stays as it was."""
    node = await node_with(rate=5)
    before = (await node.ok("GET", "sys/quotas/rate-limit/one")).data
    answer = await node.ask("POST", "sys/quotas/rate-limit/one", body)
    assert answer.status == 400
    assert answer.error
    assert (await node.ok("GET", "sys/quotas/rate-limit/one")).data == before


async def test_two_limits_cannot_be_for_the_same_requests() -> None:
    """A second limit for the same path is refused and names the first one, unless one of them is additional."""
    node = await node_with(rate=5)
    answer = await node.ask("POST", "sys/quotas/rate-limit/two", {"rate": 1, "path": "probe/"})
    assert (answer.status, answer.error) == (400, 'quota rule with similar properties exists under the name "one"')
    await node.ok("POST", "sys/quotas/rate-limit/two", {"rate": 1, "path": "probe/", "additional": True})
    await node.ok("POST", "sys/quotas/rate-limit/one", {"rate": 4, "path": "probe/"})
    assert (await node.ok("LIST", "sys/quotas/rate-limit")).data["keys"] == ["one", "two"]
    assert (await node.ok("LIST", "sys/quotas/rate-limit?after=one&limit=5")).data["keys"] == ["two"]


@pytest.mark.parametrize("rate", [1e308, 2.0**62, 1e18])
async def test_an_immense_rate_lets_all_through(rate: float) -> None:
    """A rate that nobody can reach is no limit."""
    node = await node_with(rate=rate)
    assert await passing(node, "probe/rows/a") == 6

"""Groups are made, read, changed and deleted, and operators end turns of others."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.testing import PluginServer
from tests.flow.engines.turns.world import client, give, names, served, take

DEFAULTS = {"description": "", "max_ttl": 3600, "size": 1, "ttl": 60}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ({}, {}),
        ({"size": "2", "ttl": "5m", "max_ttl": 0, "description": "web servers"}, {"max_ttl": 0, "size": 2, "ttl": 300}),
        ({"size": 0, "ttl": 1}, {"size": 0, "ttl": 1}),
        ({"size": 100, "max_ttl": "60s"}, {"size": 100, "max_ttl": 60}),
    ],
)
async def test_a_group_is_read_as_it_was_written(written: dict[str, Any], read: dict[str, Any]) -> None:
    """With defaults for what wasn't said; an update keeps what it doesn't name."""
    server = await served(**written)
    expected = {**DEFAULTS, **read, "description": written.get("description", "")}
    assert (await server.ok("GET", "turns/groups/web")).data == expected
    await server.ok("POST", "turns/groups/web", {"description": "new"})
    assert (await server.ok("GET", "turns/groups/web")).data == {**expected, "description": "new"}


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"size": -1}, "size is between 0 and 100"),
        ({"size": 101}, "size is between 0 and 100"),
        ({"ttl": 0}, "ttl is 1 second or more: a turn without an end would block the others for ever"),
        ({"ttl": "2h"}, "max_ttl (3600 seconds) is less than ttl (7200 seconds)"),
        ({"max_ttl": 59}, "max_ttl (59 seconds) is less than ttl (60 seconds)"),
        ({"description": "x" * 513}, "description is longer than 512 bytes"),
        ({"description": "a\nb"}, "description must be printable"),
    ],
)
async def test_what_is_refused_changes_nothing(body: dict[str, Any], error: str) -> None:
    """The error says what is wrong."""
    server = await served(description="before")
    refused = await server.ask("POST", "turns/groups/web", body)
    assert (refused.status, refused.error) == (400, error)
    assert (await server.ok("GET", "turns/groups/web")).data == {**DEFAULTS, "description": "before"}


async def test_groups_are_listed() -> None:
    """Page by page, whatever is known of them."""
    server = await served()
    await take(server, await client(server))
    await server.ok("POST", "turns/groups/db", {})
    assert (await server.ok("LIST", "turns/groups")).data == {"keys": ["db", "web"]}
    assert (await server.ok("LIST", "turns/groups?after=db&limit=1")).data == {"keys": ["web"]}
    assert (await server.ok("LIST", "turns/groups?limit=1")).data == {"keys": ["db"]}


@pytest.mark.parametrize("path", ["groups/other", "groups/other/holders", "groups/-"])
async def test_what_isnt_there(path: str) -> None:
    """Isn't found."""
    assert (await (await served()).ask("GET", f"turns/{path}")).status == 404


async def test_creating_is_told_from_updating() -> None:
    """So that a policy can."""
    server = await served()
    for capability, statuses in (("create", (204, 403)), ("update", (403, 204))):
        token = await server.token(f'path "turns/groups/*" {{ capabilities = ["{capability}"] }}')
        name = f"new-{capability}"
        found = [(await server.ask("POST", f"turns/groups/{each}", {}, token=token)).status for each in (name, "web")]
        assert tuple(found) == statuses


async def test_a_group_in_use_is_deleted_by_force_alone() -> None:
    """Its turns end then, with their leases; one that nobody uses is deleted, and so is one that isn't there."""
    server = await served()
    token, other = await client(server), await client(server)
    lease = {"lease_id": (await take(server, token, "web-1")).lease_id}
    await take(server, other, "web-2")
    refused = await server.ask("DELETE", "turns/groups/web")
    assert (refused.status, refused.error) == (400, '"web-1" has a turn of the group "web": force=true ends it')
    assert (await server.ok("PUT", "sys/leases/renew", lease)).status == 200
    for _ in range(2):
        await server.ok("DELETE", "turns/groups/web?force=true")
    assert (await server.ask("PUT", "sys/leases/lookup", lease)).status == 400
    assert (await server.ask("GET", "turns/groups/web")).status == 404
    await server.ok("POST", "turns/groups/web", {})
    assert await names(server) == await names(server, "waiting") == []
    await server.ok("DELETE", "turns/groups/web")
    assert await server.work() == 0


async def test_numbers_grow_although_groups_go() -> None:
    """Of the group that is made again, and of every new one."""
    server = await served(size=3)
    numbers = []
    for name in ("web", "web", "last-number"):
        await server.ok("POST", f"turns/groups/{name}", {"size": 3})
        for at in range(3):
            taken = await server.ok("POST", f"turns/take/{name}", {"holder": f"w{at}"})
            numbers.append(taken.data["number"])
        await server.ok("DELETE", f"turns/groups/{name}?force=true")
    assert numbers == list(range(1, 10))


async def test_who_has_a_turn_is_shown() -> None:
    """Since when, until when as things are, and who waits."""
    server = await served(size=2, ttl="2m")
    one, other = await client(server), await client(server, ttl="90s")
    first = await take(server, one, "web-1")
    server.clock.advance(10)
    second = await take(server, other, "web-2")
    await take(server, await client(server), "web-3")
    server.clock.advance(5)
    await server.ok("PUT", "sys/leases/renew", {"lease_id": first.lease_id})
    assert (await server.ok("GET", "turns/groups/web/holders")).data == {
        "size": 2,
        "holders": [
            {
                "holder": "web-1",
                "number": 1,
                "since": "2023-11-14T22:13:20Z",
                "turn": first.data["turn"],
                "until": "2023-11-14T22:15:35Z",
            },
            {
                "holder": "web-2",
                "number": 2,
                "since": "2023-11-14T22:13:30Z",
                "turn": second.data["turn"],
                "until": "2023-11-14T22:14:50Z",  # its token ends then
            },
        ],
        "waiting": [{"holder": "web-3", "since": "2023-11-14T22:13:30Z"}],
    }
    await server.ok("POST", "auth/token/revoke", {"token": other})
    assert (await server.ok("GET", "turns/groups/web/holders")).data["holders"][1]["until"] == ""


async def test_an_operator_ends_a_turn() -> None:
    """One, or all; the place is free at once, and the holder is told when he renews."""
    server = await served(size=3)
    taken = [await take(server, await client(server), f"web-{at}") for at in range(3)]
    turn = taken[1].data["turn"]
    operator = await server.token('path "turns/groups/web/release" { capabilities = ["update"] }')

    async def release(body: dict[str, Any]) -> Any:
        return (await server.ok("POST", "turns/groups/web/release", body, token=operator)).data["released"]

    assert await release({"turn": "x"}) == []
    assert await release({"turn": turn}) == [{"holder": "web-1", "turn": turn}]
    assert await names(server) == ["web-0", "web-2"]
    assert (await server.ask("PUT", "sys/leases/lookup", {"lease_id": taken[1].lease_id})).status == 400
    assert [each["holder"] for each in await release({"all": True})] == ["web-0", "web-2"]
    assert await release({"all": True}) == await names(server) == []
    assert await server.work() == 0


@pytest.mark.parametrize("body", [{}, {"all": False}, {"turn": "x", "all": True}])
async def test_a_release_says_which(body: dict[str, Any]) -> None:
    """One turn or all."""
    server = await served()
    refused = await server.ask("POST", "turns/groups/web/release", body)
    assert (refused.status, refused.error) == (400, '"turn" names the turn that ends, or all=true ends all of them')
    assert (await server.ask("POST", "turns/groups/other/release", {"all": True})).error == 'unknown group "other"'


async def test_a_group_of_size_0_gives_no_turns() -> None:
    """Who has one keeps it."""
    server = await served()
    token, other = await client(server), await client(server)
    taken = await take(server, token)
    await server.ok("POST", "turns/groups/web", {"size": 0})
    assert (await take(server, token)).data == taken.data
    told = await take(server, other)
    assert (told.status, told.error) == (
        429,
        'the group "web" gives no turns, because its size is 0; ask again in 1 s',
    )
    await give(server, token, taken.data["turn"])
    assert (await take(server, other)).status == 429
    await server.ok("POST", "turns/groups/web", {"size": 1})
    assert (await take(server, other)).status == 200


async def test_the_largest_group_ends_in_one_commit() -> None:
    """A hundred turns."""
    server = await served(size=100)
    for at in range(100):
        await server.ok("POST", "turns/take/web", {"holder": f"w{at}"})
    await server.ok("DELETE", "turns/groups/web?force=true")
    assert await server.work() == 0


async def test_a_mount_goes_with_its_turns() -> None:
    """Their leases end."""
    server: PluginServer = await served()
    lease = (await take(server, await client(server))).lease_id
    await server.ok("DELETE", "sys/mounts/turns")
    await server.work()
    assert (await server.ask("PUT", "sys/leases/lookup", {"lease_id": lease})).status == 400

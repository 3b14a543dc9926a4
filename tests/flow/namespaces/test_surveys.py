"""What asks about many namespaces at once."""

from __future__ import annotations

import asyncio

from tests.flow.sysapi.system_server import Server

_MANY = 300
_SURVEYS = (
    ("LIST", "team/sys/namespaces"),
    ("SCAN", "team/sys/namespaces"),
    ("GET", "team/sys/locked-users"),
    ("GET", "team/sys/leases/count?type=irrevocable&include_child_namespaces=true"),
    ("GET", "team/sys/internal/ui/namespaces"),
)


async def test_a_survey_of_many_namespaces_holds_up_nobody() -> None:
    """Others are served meanwhile, and the walk puts nothing in the place of what they have in the cache.

    An administrator of a tenant may make as many namespaces as he likes, and ask about all of them at any time.
    """
    server = await Server.start()
    await server.ok("POST", "sys/namespaces/team")
    for number in range(_MANY):
        await server.ok("POST", f"team/sys/namespaces/n{number:03}")
    await server.ok("POST", "sys/auth/up", {"type": "userpass"})
    for _ in range(6):  # somebody is locked out, so that the mounts of all have to be looked at
        await server.ask("POST", "auth/up/login/eva", {"password": "wrong"}, token="")
    cache = server.services.barrier.cache
    for method, path in _SURVEYS:
        survey = asyncio.create_task(server.ok(method, path))
        served = 0
        while not survey.done():
            await server.ok("GET", "sys/mounts")
            served += 1
            await asyncio.sleep(0)
        assert served >= 3, (path, served)
        data = (await survey).data
        names = data.get("keys") or data.get("by_namespace") or [None] * _MANY
        assert len(names) >= _MANY, path
        assert len(cache._derived) < _MANY / 2, path


async def test_pages_of_namespaces_are_as_long_as_asked() -> None:
    """Beyond one page of the walk, too; and they go on where the last one ended."""
    server = await Server.start()
    for number in range(150):
        await server.ok("POST", f"sys/namespaces/n{number:03}")
    first = (await server.ok("GET", "sys/namespaces?list=true&limit=100")).data["keys"]
    rest = (await server.ok("GET", f"sys/namespaces?list=true&limit=100&after={first[-1]}")).data["keys"]
    assert [*first, *rest] == [f"n{number:03}/" for number in range(150)]
    assert (len(first), len(rest)) == (100, 50)

"""Decisions on requests of plugins, whose methods may go by what Strongroom doesn't know of."""

from __future__ import annotations

from strongroom.sdk import Body, Engine, Request, Response, path
from strongroom.services.mounts import SECRET
from tests.flow.core.kept import Kept
from tests.flow.node import TestNode


class Named(Body, frozen=True):
    """What the request is about."""

    id: str = ""


class Desk(Engine):
    """A plugin whose objects are named in bodies, and that says of its path that it computes."""

    type = "desk"

    async def known(self, request: Request) -> bool:
        """Goes by the body, and the contract says that it shouldn't."""
        return bool(request.data.get("id") == "old")

    @path.write("stamp", exists="known", computes=True)
    async def stamp(self, request: Request, body: Named) -> Response:
        """Stamp something."""
        return Response(data={"operation": request.operation.value})


async def test_what_a_plugin_says_exists_is_asked_each_time() -> None:
    """A client that may only update creates nothing, also after it has updated something else."""
    node = await TestNode.start(engines={(SECRET, Desk.type): Desk()})
    await node.ok("POST", "sys/mounts/desk", {"type": "desk"})
    kept = Kept(node)
    token = await node.token('path "desk/stamp" { capabilities = ["update"] }')
    for _ in range(3):
        assert (await kept.ask(token, ("POST", "desk/stamp", {"id": "old"}))).data == {"operation": "update"}
    assert (await kept.ask(token, ("POST", "desk/stamp", {"id": "new"}))).status == 403

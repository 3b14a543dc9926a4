"""A mount whose type this server doesn't have: its plugin was removed, or the store came from elsewhere."""

from __future__ import annotations

from typing import Any

from strongroom.services.mounts import SECRET
from tests.flow.node import Probe, TestNode


class Elsewhere(TestNode):
    """A node that doesn't have the type of the mount."""

    def _known(self) -> Any:
        return {known: engine for known, engine in super()._known().items() if known != (SECRET, Probe.type)}


async def test_it_stays_listed_and_can_be_disabled() -> None:
    """Requests to it are refused, all other mounts serve, and its leases can be given up by force."""
    first = await TestNode.start()
    node = Elsewhere(first.store, first.clock, None, {})
    node.root, node.keys = first.root, first.keys
    await node.unseal()
    assert (await node.ok("GET", "sys/mounts")).data["probe/"]["type"] == Probe.type
    assert (await node.ask("GET", "probe/one")).status >= 400
    await node.ok("POST", "sys/mounts/beside", {"type": "kv"})
    await node.ok("POST", "beside/one", {"v": "1"})
    await node.ok("PUT", "sys/leases/revoke-force/probe", {})
    await node.ok("DELETE", "sys/mounts/probe")
    assert "probe/" not in (await node.ok("GET", "sys/mounts")).data

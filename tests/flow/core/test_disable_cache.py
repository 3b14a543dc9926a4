"""Claims about `disable_cache`: then no answer is given again."""

from __future__ import annotations

import pytest

from strongroom.lib.rand import SystemRandom
from strongroom.server.wiring import NodeSettings
from strongroom.storage.inmem import InmemStorage
from tests.flow.core.repeats import OFTEN, is_repeated
from tests.flow.node import TestNode
from tests.sim.clock import SetClock


@pytest.mark.parametrize("keeps", [True, False])
async def test_answers_are_given_again_only_if_the_settings_say_so(keeps: bool) -> None:
    """Without the setting the third answer is kept, with it none is, and all are the same."""
    clock = SetClock()
    storage = InmemStorage(clock, SystemRandom())
    await storage.start()
    node = TestNode(storage, clock, settings=NodeSettings(keeps_answers=keeps))
    made = await node.ok("PUT", "sys/init", {"secret_shares": 3, "secret_threshold": 2}, token="")
    node.root, node.keys = made.body["root_token"], made.body["keys"]
    await node.unseal()
    await node.ok("GET", "sys/mounts")  # what serves requests begins with the first one
    repeated = [await is_repeated(node, "GET", "auth/token/lookup-self") for _ in range(OFTEN + 2)]
    assert repeated == [False] * OFTEN + [keeps] * 2

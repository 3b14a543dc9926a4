"""What the log says of other regions, on a node that has none."""

from __future__ import annotations

import asyncio
import contextlib

from structlog.testing import capture_logs

from strongroom.core.region.following import Following
from tests.flow.node import TestNode
from tests.sim.faulty_storage import Fail, Plan


async def test_a_store_out_of_reach_is_no_silence_of_another_region() -> None:
    """Its trouble is told by who watches the store: a region that is alone doesn't warn that it hears nothing."""
    plan = Plan()
    node = await TestNode.start(plan)
    services = node.node.unsealed
    assert services is not None
    before = plan.calls["synced"]
    plan.add("synced", *[Fail()] * 3)
    with capture_logs() as logs:
        working = asyncio.create_task(Following(services, pause_s=0).run_forever())
        while plan.calls["synced"] < before + 4:
            await asyncio.sleep(0)
        working.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await working
    assert [entry for entry in logs if entry["log_level"] != "debug"] == []

"""Rate limits and requests that hold others."""

from __future__ import annotations

from tests.flow.node import TestNode


async def test_each_request_of_a_batch_counts() -> None:
    """Of five reads in one request as many pass as of five requests; the batch counts for its own path."""
    node = await TestNode.start()
    await node.ok("POST", "sys/quotas/rate-limit/probe", {"rate": 3, "interval": "1h", "path": "probe"})
    await node.ok("POST", "sys/quotas/rate-limit/batch", {"rate": 2, "interval": "1h", "path": "sys/batch"})
    body = {"requests": [{"path": "probe/rows/a"}] * 5}
    answers = (await node.ok("POST", "sys/batch", body)).data["responses"]
    assert [answer["status"] for answer in answers] == [404, 404, 404, 429, 429]
    assert (await node.ok("POST", "sys/batch", body)).data["responses"][0]["status"] == 429
    assert (await node.ask("POST", "sys/batch", body)).status == 429

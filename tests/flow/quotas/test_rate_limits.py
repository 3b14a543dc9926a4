"""Rate limits: which requests they refuse, and which they don't."""

from __future__ import annotations

import pytest

from tests.flow.core import repeats
from tests.flow.node import Answer, TestNode

REFUSED = 'request path "{}": rate limit quota exceeded'


async def node_with(*, rate: float = 2, interval: str = "1m", path: str = "probe", **more: object) -> TestNode:
    """A node with one rate limit."""
    node = await (await TestNode.start()).audited()
    await node.ok("POST", "sys/quotas/rate-limit/one", {"rate": rate, "interval": interval, "path": path, **more})
    return node


async def passing(node: TestNode, path: str, times: int = 6, **options: object) -> int:
    """How many of so many requests are not refused."""
    answers = [await node.ask("GET", path, **options) for _ in range(times)]  # type: ignore[arg-type]
    return sum(answer.status != 429 for answer in answers)


async def test_a_limit_refuses_the_rest_and_says_when_to_come_again() -> None:
    """Two requests in a minute pass, the third is told how long to wait, and after that time two pass again."""
    node = await node_with()
    assert await passing(node, "probe/rows/a", 2) == 2
    node.clock.advance(20)
    refused = await node.ask("GET", "probe/rows/a")
    assert (refused.status, refused.error) == (429, REFUSED.format("probe/rows/a"))
    assert refused.headers["Retry-After"] == "40"
    assert not any(name.startswith("X-Ratelimit") for name in refused.headers)
    node.clock.advance(40)
    assert await passing(node, "probe/rows/a") == 2


async def test_each_address_has_its_own_count() -> None:
    """Two clients are limited one by one, and the addresses of an IPv6 network of 64 bits are one client."""
    node = await node_with()
    assert await passing(node, "probe/rows/a", address="192.0.2.1") == 2
    assert await passing(node, "probe/rows/a", address="192.0.2.2") == 2
    assert await passing(node, "probe/rows/a", address="::ffff:192.0.2.2") == 0
    assert await passing(node, "probe/rows/a", 1, address="2001:db8::1") == 1
    assert await passing(node, "probe/rows/a", address="2001:db8::2") == 1
    assert await passing(node, "probe/rows/a", address="2001:db8:0:1::1") == 2
    assert await passing(node, "probe/rows/a", address="") == 2


async def test_a_refused_request_reaches_nothing_and_leaves_no_entry() -> None:
    """Neither engine nor audit log sees it, and no use of its token is spent; unless the log is to have it."""
    node = await node_with(rate=1)
    token = await node.token('path "probe/*" { capabilities = ["read"] }', num_uses=3)
    await node.ask("GET", "probe/rows/a", None, token)
    runs, lines = node.probe.runs, len(node.recorder.lines)
    for _ in range(4):
        assert (await node.ask("GET", "probe/rows/a", None, token)).status == 429
    assert (node.probe.runs, len(node.recorder.lines)) == (runs, lines)
    await node.ok("POST", "sys/quotas/config", {"enable_rate_limit_audit_logging": True})
    lines = len(node.recorder.lines)
    node.clock.advance(1)
    assert (await node.ask("GET", "probe/rows/a", None, token)).status == 429
    assert [entry["type"] for entry in node.recorder.entries[lines:]] == ["request", "response"]
    assert {entry["error"] for entry in node.recorder.entries[lines:]} == {"rate limit quota exceeded"}
    node.clock.advance(60)
    assert [(await node.ask("GET", "probe/rows/a", None, token)).status for _ in range(2)] == [404, 429]


@pytest.mark.parametrize("token", [None, "", "hvs.wrong"])
async def test_it_counts_before_the_token_is_looked_at(token: str | None) -> None:
    """Requests with a wrong token, and without one, count as others do, wherever they lead."""
    node = await node_with(path="")
    statuses = {(await node.ask("GET", path, None, token)).status for path in ("probe/rows/a", "nowhere/x")}
    assert 429 not in statuses
    assert (await node.ask("GET", "probe/rows/a", None, token)).status == 429
    assert (await node.ask("GET", "elsewhere", None, token, headers={"x-vault-namespace": "none"})).status == 429


async def test_a_block_lasts_longer_than_the_interval() -> None:
    """Who meets the limit is refused until the block ends, although the interval has ended."""
    node = await node_with(rate=1, interval="1s", block_interval="5m")
    assert await passing(node, "probe/rows/a") == 1
    node.clock.advance(299)
    refused = await node.ask("GET", "probe/rows/a")
    assert (refused.status, refused.headers["Retry-After"]) == (429, "1")
    node.clock.advance(1)
    assert (await node.ask("GET", "probe/rows/a")).status == 404


async def test_the_headers_tell_the_limit_if_they_are_wanted() -> None:
    """Each response, the refused one too, tells limit, remaining and reset; those of no limit tell nothing."""
    node = await node_with()
    await node.ok("POST", "sys/quotas/config", {"enable_rate_limit_response_headers": True})

    def told(answer: Answer) -> list[str | None]:
        names = ("X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset", "Retry-After")
        return [answer.headers.get(name) for name in names]

    assert told(await node.ask("GET", "probe/rows/a")) == ["2", "1", "60", None]
    assert told(await node.ask("GET", "probe/rows/a")) == ["2", "0", "60", None]
    node.clock.advance(30)
    assert told(await node.ask("GET", "probe/rows/a")) == ["2", "0", "30", "30"]
    assert told(await node.ask("GET", "sys/mounts")) == [None] * 4


async def test_answers_that_are_kept_and_decisions_that_are_recalled_count() -> None:
    """Of a request that is asked again and again, as many pass as of any other."""
    node = await node_with()
    await node.ok("POST", "sys/mounts/kv", {"type": "kv"})
    await node.ok("POST", "kv/a", {"value": "one"})
    limit = {"rate": 20, "interval": "1m", "path": "kv"}

    async def statuses(times: int) -> list[int]:
        return [(await repeats.ask(node, "GET", "kv/a")).status for _ in range(times)]

    assert await statuses(30) == [200] * 30
    assert await repeats.is_repeated(node, "GET", "kv/a")
    await node.ok("POST", "sys/quotas/rate-limit/kv", limit)
    assert await statuses(30) == [200] * 20 + [429] * 10
    node.clock.advance(60)
    assert await statuses(19) == [200] * 19
    assert await repeats.is_repeated(node, "GET", "kv/a")
    assert await statuses(2) == [429] * 2
    await node.ok("DELETE", "sys/quotas/rate-limit/kv")
    node.clock.advance(1)
    assert await statuses(30) == [200] * 30


async def test_exempt_paths_are_never_refused() -> None:
    """What is exempt is so in every namespace, with all below it; an absolute path in its namespace alone."""
    node = await node_with(rate=1, path="")
    await node.ok(
        "POST", "sys/quotas/config", {"rate_limit_exempt_paths": ["sys/namespaces", "sys/mounts*", "sys/quotas"]}
    )
    await node.ok("POST", "sys/namespaces/a")
    assert await passing(node, "sys/mounts") == 6
    assert await passing(node, "sys/mounts/probe") == 6
    assert await passing(node, "sys/mounts", headers={"x-vault-namespace": "a"}) == 6
    assert await passing(node, "sys/auth") <= 1
    await node.ok(
        "POST",
        "sys/quotas/config",
        {"absolute_rate_limit_exempt_paths": ["a/sys/mounts"], "rate_limit_exempt_paths": ["sys/quotas"]},
    )
    node.clock.advance(60)
    assert await passing(node, "a/sys/mounts") == 6
    assert await passing(node, "sys/mounts") == 1


async def test_seven_paths_are_exempt_at_first() -> None:
    """Health, seal status, unsealing and the four of root and recovery tokens always answer; others don't."""
    node = await node_with(rate=1, path="")
    exempt = (await TestNode.start()).ok
    assert len((await exempt("GET", "sys/quotas/config")).data["rate_limit_exempt_paths"]) == 7
    for path in ("sys/health", "sys/seal-status", "sys/generate-root/attempt"):
        assert await passing(node, path) == 6
    assert await passing(node, "sys/leader") <= 1


async def test_a_quota_made_elsewhere_counts_at_once() -> None:
    """A process sees a limit that another one has set with its next request, and one that was lifted in a second."""
    node = await node_with(rate=1)
    other = await node.peer()
    assert await passing(other, "probe/rows/a") == 1
    await node.ok("DELETE", "sys/quotas/rate-limit/one")
    other.clock.advance(1)
    assert await passing(other, "probe/rows/a") == 6


async def test_setting_a_limit_begins_its_count_anew() -> None:
    """A client that was refused may ask again when the limit is set again, a second later at the latest."""
    node = await node_with(rate=1)
    assert await passing(node, "probe/rows/a") == 1
    await node.ok("POST", "sys/quotas/rate-limit/one", {"rate": 3, "interval": "1m", "path": "probe"})
    node.clock.advance(1)
    assert await passing(node, "probe/rows/a") == 3


async def test_all_limits_of_a_path_have_to_pass() -> None:
    """An additional limit counts beside the most specific one, and what one of them refuses counts for neither."""
    node = await node_with(rate=2, interval="1m")
    body = {"rate": 3, "interval": "1h", "path": "probe/rows/a", "additional": True}
    await node.ok("POST", "sys/quotas/rate-limit/hourly", body)
    assert await passing(node, "probe/rows/a") == 2
    node.clock.advance(60)
    assert await passing(node, "probe/rows/a") == 1
    assert await passing(node, "probe/rows/b") == 1
    node.clock.advance(60)
    assert await passing(node, "probe/rows/a") == 0


async def test_spellings_of_a_path_are_one() -> None:
    """A limit for a path counts for it in each spelling that leads there."""
    node = await node_with(path="sys/policies/acl/mine")
    await node.ok("PUT", "sys/policies/acl/mine", {"policy": 'path "x" { policy = "read" }'})
    assert await passing(node, "sys/policies/acl/MINE") == 1

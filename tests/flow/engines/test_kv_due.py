"""Secrets whose custom metadata name a time are listed in its order, and told of before it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from strongroom.core.scheduled_calls import ScheduledCalls
from strongroom.engines.kv.due.times import due_of, unreadable
from strongroom.engines.kv.records import Metadata, Version
from tests.flow.events.listening import listen
from tests.flow.events.test_subscribing import versioned
from tests.flow.node import TestNode

DAY_S = 24 * 3600
CREATED = 1_767_225_600.0  # 2026-01-01


@pytest.mark.parametrize(
    ("custom", "wanted"),
    [
        ({}, None),
        ({"owner": "ann"}, None),
        ({"expires_at": "2026-03-01"}, (1_772_323_200_000, "expires_at", "")),
        ({"expires_at": "2026-03-01T00:00:00+01:00", "owner": "ann"}, (1_772_319_600_000, "expires_at", "ann")),
        ({"rotate_after": "90d"}, (1_775_001_600_000, "rotate_after", "")),
        ({"rotate_after": "2026-03-01"}, (1_772_323_200_000, "rotate_after", "")),
        ({"rotate_after": "90d", "expires_at": "2026-03-01"}, (1_772_323_200_000, "expires_at", "")),
        ({"rotate_after": "1d", "expires_at": "2026-03-01"}, (1_767_312_000_000, "rotate_after", "")),
        ({"expires_at": "soon", "rotate_after": "-5h"}, None),
        ({"expires_at": "9999-12-31T23:59:59-23:00"}, None),
        ({"rotate_after": "9999999h"}, None),
    ],
)
def test_the_first_time_counts(custom: dict[str, str], wanted: Any) -> None:
    """A secret is due at the first of its times; a span begins with the newest version; what isn't a time is none."""
    metadata = Metadata(
        created_at=CREATED,
        updated_at=CREATED,
        versions={1: Version(created_at=CREATED)},
        current_version=1,
        custom_metadata=custom,
    )
    assert due_of(metadata) == wanted


def test_a_span_needs_a_version() -> None:
    """Without a version that can be read there is nothing to rotate."""
    for version in (Version(created_at=CREATED, destroyed=True), Version(created_at=CREATED, deleted_at=CREATED)):
        gone = Metadata(created_at=1.0, updated_at=1.0, versions={1: version}, current_version=1)
        assert due_of(Metadata(**{**_fields(gone), "custom_metadata": {"rotate_after": "1d"}})) is None
    assert unreadable({"expires_at": "x", "rotate_after": "y"}) == ["expires_at", "rotate_after"]
    assert unreadable({"expires_at": "2026-03-01", "rotate_after": "90d", "owner": "x"}) == []


def _fields(metadata: Metadata) -> dict[str, Any]:
    return {name: getattr(metadata, name) for name in ("created_at", "updated_at", "versions", "current_version")}


async def _due(node: TestNode, query: str = "") -> list[tuple[str, str, bool]]:
    found = (await node.ok("GET", f"secret/due{query}")).data["secrets"]
    return [(each["path"], each["reason"], each["overdue"]) for each in found]


async def _expire(node: TestNode) -> None:
    """Make the calls that are due."""
    services = node.node.unsealed
    assert services is not None
    fence = await node.store.lock("expiry", "test", 60)
    assert fence is not None
    for group in [name.rstrip("/") for name in (await node.store.list("shared/root/lease/queue/scheduled/")).names]:
        while await ScheduledCalls(services).batch(group, fence, node.clock.now()):
            pass


def _in_days(node: TestNode, days: float) -> str:
    return datetime.fromtimestamp(node.clock.now() + days * DAY_S, UTC).isoformat()


async def test_what_is_due_is_listed_in_order() -> None:
    """The list follows metadata, new versions and deletions; later ones are asked for."""
    node = await versioned()
    for name, custom in (
        ("late", {"expires_at": _in_days(node, 60)}),
        ("soon", {"expires_at": _in_days(node, 2)}),
        ("turn/key", {"rotate_after": "1d", "owner": "ann"}),
        ("never", {"owner": "ann"}),
    ):
        await node.ok("PUT", f"secret/data/{name}", {"data": {"x": "canary"}})
        await node.ok("PUT", f"secret/metadata/{name}", {"custom_metadata": custom})
    assert await _due(node) == [("turn/key", "rotate_after", False), ("soon", "expires_at", False)]
    assert [path for path, _, _ in await _due(node, "?within=90d")] == ["turn/key", "soon", "late"]
    assert [path for path, _, _ in await _due(node, "?within=90d&limit=1")] == ["turn/key"]
    node.clock.advance(1.5 * DAY_S)
    assert (await _due(node))[0] == ("turn/key", "rotate_after", True)
    await node.ok("PUT", "secret/data/turn/key", {"data": {}})
    assert await _due(node) == [("soon", "expires_at", False), ("turn/key", "rotate_after", False)]
    await node.ok("DELETE", "secret/metadata/soon")
    await node.ok("PATCH", "secret/metadata/turn/key", {"custom_metadata": {"rotate_after": None}})
    assert await _due(node) == []
    assert len([key for key in node.rows() if "/due/0" in key]) == 1, "only that of the late one is left"
    assert (await node.ask("GET", "secret/due?limit=0")).status == 400


async def test_a_secret_is_told_of_before_it_is_due() -> None:
    """It is told of 30, 7 and 1 days before, and when it is due, once each; what was left out by then isn't."""
    node = await versioned()
    await node.ok("PUT", "sys/config/events", {"retention": "7d"})
    listener = await listen(node, "kv-v2/secret-due*")
    await node.ok("PUT", "secret/metadata/a", {"custom_metadata": {"expires_at": _in_days(node, 31), "owner": "ann"}})
    await node.ok("PUT", "secret/metadata/b", {"custom_metadata": {"expires_at": _in_days(node, 5)}})
    told = []
    for _ in range(33):
        node.clock.advance(DAY_S)
        await _expire(node)
    for each in await listener.take(6):
        assert each.metadata["modified"] == "false"
        told.append((each.type, each.metadata["data_path"], each.metadata["days"], each.metadata.get("owner", "")))
    assert told == [
        ("kv-v2/secret-due-soon", "secret/data/a", "30", "ann"),
        ("kv-v2/secret-due-soon", "secret/data/b", "1", ""),
        ("kv-v2/secret-due", "secret/data/b", "0", ""),
        ("kv-v2/secret-due-soon", "secret/data/a", "7", "ann"),
        ("kv-v2/secret-due-soon", "secret/data/a", "1", "ann"),
        ("kv-v2/secret-due", "secret/data/a", "0", "ann"),
    ]
    await listener.close()


async def test_many_that_are_due_at_once_are_each_told_of_once() -> None:
    """Hundreds of the same moment are told of in several calls, and none twice."""
    node = await versioned()
    await node.ok("PUT", "sys/config/events", {})
    listener = await listen(node, "kv-v2/secret-due")
    at = _in_days(node, 0.5)
    for number in range(450):
        await node.ok("PUT", f"secret/metadata/{number}", {"custom_metadata": {"expires_at": at}})
    node.clock.advance(DAY_S)
    await _expire(node)
    told = [each.metadata["data_path"] for each in await listener.take(450)]
    assert sorted(told) == sorted(f"secret/data/{number}" for number in range(450))
    await listener.close()


async def test_a_time_that_cannot_be_read_is_warned_of() -> None:
    """Custom metadata hold anything, so such a time is kept, and a warning says that nothing is due by it."""
    node = await versioned()
    answer = await node.ok("PUT", "secret/metadata/a", {"custom_metadata": {"expires_at": "next year"}})
    assert "nothing is due by it" in answer.body["warnings"][0]
    assert await _due(node) == []


async def test_the_metric_tells_of_the_first() -> None:
    """The first time of each mount is a number, which an alert compares with the clock."""
    node = await versioned()
    await node.ok("PUT", "secret/metadata/a", {"custom_metadata": {"expires_at": _in_days(node, 2)}})
    gauges = (await node.ok("GET", "sys/metrics")).body["Gauges"]
    (found,) = [each for each in gauges if each["Name"] == "vault.secrets.kv.secret_due_seconds"]
    assert found["Value"] == pytest.approx(node.clock.now() + 2 * DAY_S, abs=1)


async def test_who_may_not_list_may_not_see_what_is_due() -> None:
    """A rule that denies the list of names denies this list too."""
    node = await versioned()
    token = await node.token("""
        path "secret/*" { capabilities = ["read", "list"] }
        path "secret/metadata/*" { capabilities = ["deny"] }
    """)
    assert (await node.ask("GET", "secret/due", token=token)).status == 403

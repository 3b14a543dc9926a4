"""Clients are counted once a month, whatever they do and through whichever process."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from strongroom.core.client_counting import ClientUpkeep
from strongroom.services.usage.months import month_of
from strongroom.services.usage.records import ROWS
from tests.flow.node import TestNode
from tests.sim.clock import SetClock

PATH = "sys/internal/counters"
DAY_S = 24 * 3600
RULES = """
path "probe/*" { capabilities = ["read", "create", "update", "list"] }
path "auth/token/create" { capabilities = ["update"] }
"""


async def store(*nodes: TestNode) -> None:
    """Write what these processes have noted."""
    for node in nodes:
        assert node.node.unsealed is not None
        await ClientUpkeep(node.node.unsealed).run_once()


def rows(node: TestNode) -> list[str]:
    """The keys of the counts."""
    return sorted(key.removeprefix(ROWS) for key in node.rows() if key.startswith(ROWS))


async def people(node: TestNode, *names: str, where: str = "") -> dict[str, str]:
    """A token of each of these users, who are entities."""
    if not where:
        await node.ok("PUT", "sys/policies/acl/only", {"policy": RULES})
    await node.ok("POST", f"{where}sys/auth/userpass", {"type": "userpass"})
    tokens = {}
    for name in names:
        await node.ok("POST", f"{where}auth/userpass/users/{name}", {"password": "long-and-secret", "policies": "only"})
        made = await node.ok("POST", f"{where}auth/userpass/login/{name}", {"password": "long-and-secret"}, token="")
        tokens[name] = made.body["auth"]["client_token"]
    return tokens


async def month(node: TestNode) -> dict[str, Any]:
    """What is told of the current month."""
    await store(node)
    data: dict[str, Any] = (await node.ok("GET", f"{PATH}/activity/monthly")).data
    return data


async def test_an_entity_is_one_client_whatever_it_does() -> None:
    """Logins, tokens made by tokens, reads that are answered again: one row. Nothing is written by a request."""
    node = await TestNode.start()
    tokens = await people(node, "ann", "bob")
    child = await node.ok("POST", "auth/token/create", {"policies": ["only"]}, tokens["ann"])
    assert rows(node) == []
    for _ in range(5):
        for token in (*tokens.values(), child.body["auth"]["client_token"]):
            await node.ask("GET", "probe/rows/a", token=token)
    found = await month(node)
    assert (found["clients"], found["entity_clients"], found["non_entity_clients"]) == (2, 2, 0)
    assert len(rows(node)) == 2
    (namespace,) = found["by_namespace"]
    assert [(mount["path"], mount["counts"]["clients"]) for mount in namespace["mounts"]] == [("auth/userpass/", 2)]


async def test_tokens_without_an_entity_are_one_client_for_the_same_policies() -> None:
    """In the same namespace; root tokens and those that only unwrap are none."""
    node = await TestNode.start()
    await node.ok("POST", "sys/namespaces/team")
    assert (await month(node))["clients"] == 0
    first = await node.token(RULES)
    second = (await node.ok("POST", "auth/token/create", {"policies": ["only"], "no_default_policy": True})).body
    other = (await node.ok("POST", "auth/token/create", {"policies": ["default"]})).body
    for token in (first, second["auth"]["client_token"], other["auth"]["client_token"]):
        await node.ask("GET", "probe/rows/a" if token != other["auth"]["client_token"] else "cubbyhole/a", token=token)
    wrapped = await node.ok("GET", "sys/mounts", headers={"x-vault-wrap-ttl": "60"})
    await node.ok("POST", "sys/wrapping/unwrap", token=wrapped.body["wrap_info"]["token"])
    inner = (await node.ok("POST", "team/auth/token/create", {"policies": ["default"]})).body["auth"]["client_token"]
    await node.ok("GET", "team/auth/token/lookup-self", token=inner)
    found = await month(node)
    assert (found["entity_clients"], found["non_entity_clients"]) == (0, 3)
    assert {each["namespace_path"]: each["counts"]["clients"] for each in found["by_namespace"]} == {"": 2, "team/": 1}


async def test_who_is_refused_is_not_counted() -> None:
    """A token that its policies allow nothing uses nothing."""
    node = await TestNode.start()
    token = await node.token('path "cubbyhole/x" { capabilities = ["read"] }')
    assert (await node.ask("GET", "probe/rows/a", token=token)).status == 403
    assert (await month(node))["clients"] == 0


async def test_two_processes_count_a_client_once() -> None:
    """Whoever writes second finds the row."""
    node = await TestNode.start()
    other = await node.peer()
    tokens = await people(node, "ann")
    for each in (node, other):
        await each.ask("GET", "probe/rows/a", token=tokens["ann"])
    await store(other, node)
    assert len(rows(node)) == 1


async def test_each_month_counts_anew_though_its_answers_are_kept() -> None:
    """A client whose requests aren't decided again is counted in the next month too: what was decided ends with it."""
    node = await TestNode.start()
    tokens = await people(node, "ann", "bob")
    await node.ok("POST", "auth/token/renew-self", {"increment": "768h"}, tokens["ann"])
    for _ in range(4):
        await node.ask("LIST", "probe/rows", token=tokens["ann"])
    await store(node)
    before = await months(node)
    node.clock.advance(days_to_next_month(node.clock) * DAY_S)
    for _ in range(2):
        await node.ok("LIST", "probe/rows", token=tokens["ann"])
    await store(node)
    after = await months(node)
    assert [each for each in before if each["counts"]][-1]["counts"]["clients"] == 2
    told = [each for each in after if each["counts"]]
    assert [each["counts"]["clients"] for each in told] == [2, 1]
    assert [each["new_clients"]["counts"]["clients"] for each in told] == [2, 0]


def days_to_next_month(clock: SetClock) -> int:
    """Enough for another month and not for two: tokens live for 32 days."""
    return 32 - datetime.fromtimestamp(clock.now(), UTC).day


async def months(node: TestNode) -> list[dict[str, Any]]:
    """The months of a report."""
    found: list[dict[str, Any]] = (await node.ok("GET", f"{PATH}/activity")).data["months"]
    return found


async def test_a_report_covers_the_months_that_are_asked_for() -> None:
    """All of them are told, also those without clients; the totals are those of the parts."""
    node = await TestNode.start()
    await people(node, "ann", "bob")
    await store(node)
    data = (await node.ok("GET", f"{PATH}/activity")).data
    assert len(data["months"]) == 12
    assert data["total"]["clients"] == data["total"]["distinct_entities"] == 2
    assert sum(each["counts"]["clients"] for each in data["by_namespace"]) == 2
    early = (await node.ok("GET", f"{PATH}/activity?start_time=0&end_time=2001-03-05T00:00:00Z")).data
    assert early["total"]["clients"] == 0
    assert early["end_time"] == "2001-03-31T23:59:59Z"
    assert all(each["counts"] is None for each in early["months"])


@pytest.mark.parametrize(
    "query",
    [
        "start_time=yesterday",
        "end_time=2020-01-01",
        "start_time=2020-02-01T00:00:00Z&end_time=2020-01-01T00:00:00Z",
        "start_time=999999999999",
        "limit_namespaces=-1",
        "limit_namespaces=x",
    ],
)
async def test_a_period_that_is_none_is_refused(query: str) -> None:
    """With an error, and not with an empty report."""
    node = await TestNode.start()
    assert (await node.ask("GET", f"{PATH}/activity?{query}")).status == 400


async def test_the_largest_namespaces_can_be_asked_for() -> None:
    """The totals are still those of all."""
    node = await TestNode.start()
    await node.ok("POST", "sys/namespaces/team")
    await people(node, "ann")
    await people(node, "carl", "dora", where="team/")
    await store(node)
    data = (await node.ok("GET", f"{PATH}/activity?limit_namespaces=1")).data
    assert [each["namespace_path"] for each in data["by_namespace"]] == ["team/"]
    assert data["total"]["clients"] == 3


async def test_counts_outlive_namespaces_and_mounts() -> None:
    """They are then told by their ids."""
    node = await TestNode.start()
    await node.ok("POST", "sys/namespaces/team")
    await people(node, "ann")
    await people(node, "carl", where="team/")
    await store(node)
    await node.ok("DELETE", "sys/namespaces/team")
    await node.ok("DELETE", "sys/auth/userpass")
    found = await month(node)
    assert found["clients"] == 2
    assert any(each["namespace_path"].startswith("deleted namespace ") for each in found["by_namespace"])
    paths = [mount["path"] for each in found["by_namespace"] for mount in each["mounts"]]
    assert all(path.startswith("deleted mount; accessor ") for path in paths)


async def test_counting_can_be_disabled_and_enabled() -> None:
    """Disabling discards the month, and nothing is counted; later, those who come are counted as new."""
    node = await TestNode.start()
    tokens = await people(node, "ann")
    assert (await month(node))["clients"] == 1
    told = await node.ok("POST", f"{PATH}/config", {"enabled": "disable"})
    assert told.body["warnings"]
    for _ in range(3):
        await node.ask("LIST", "probe/rows", token=tokens["ann"])
    assert (await month(node))["clients"] == 0
    await node.ok("POST", f"{PATH}/config", {"enabled": "default"})
    await node.ask("LIST", "probe/rows", token=tokens["ann"])
    assert (await month(node))["clients"] == 1


async def test_settings_are_kept_and_bounded() -> None:
    """What isn't given stays; what is out of range, or no word of the three, is refused."""
    node = await TestNode.start()
    first = (await node.ok("GET", f"{PATH}/config")).data
    assert (first["enabled"], first["retention_months"], first["queries_available"]) == ("default-enabled", 48, False)
    await node.ok("POST", f"{PATH}/config", {"enabled": "enable", "retention_months": 2})
    await node.ok("POST", f"{PATH}/config", {"default_report_months": 3})
    later = (await node.ok("GET", f"{PATH}/config")).data
    assert (later["enabled"], later["retention_months"], later["default_report_months"]) == ("enable", 2, 3)
    for body in (
        {"enabled": "maybe"},
        {"retention_months": 0},
        {"retention_months": 61},
        {"default_report_months": -1},
    ):
        assert (await node.ask("POST", f"{PATH}/config", body)).status == 400
    assert (await node.ok("GET", f"{PATH}/config")).data == later


async def test_old_months_are_cleared() -> None:
    """Those that are older than what is kept; the others stay."""
    node = await TestNode.start()
    tokens = await people(node, "ann")
    await store(node)
    await node.ok("POST", f"{PATH}/config", {"retention_months": 1})
    assert node.node.unsealed is not None
    upkeep = ClientUpkeep(node.node.unsealed)
    await upkeep.clear()
    assert len(rows(node)) == 1
    node.clock.advance(days_to_next_month(node.clock) * DAY_S)
    await node.ask("LIST", "probe/rows", token=tokens["ann"])
    await store(node)
    await upkeep.clear()
    assert [row[:7] for row in rows(node)] == [month_now(node)]


def month_now(node: TestNode) -> str:
    """The current month, as rows name it."""
    return month_of(node.clock.now())


async def test_an_export_names_each_client() -> None:
    """In JSON a line each, with what its entity is; in CSV with a column for each part. It takes sudo."""
    node = await TestNode.start()
    await people(node, "ann")
    entity = (await node.ok("LIST", "identity/entity/id")).data["keys"][0]
    await node.ok("POST", f"identity/entity/id/{entity}", {"name": "ann", "metadata": {"mail": "=ann@example.com"}})
    token = await node.token(RULES)
    await node.ask("GET", "probe/rows/a", token=token)
    await store(node)
    sent = node.request("GET", f"{PATH}/activity/export")
    answer = await node.application.answer(sent, node.options)
    assert answer.stream is not None
    lines = [json.loads(line) for line in b"".join([part async for part in answer.stream]).splitlines()]
    by_type = {line["client_type"]: line for line in lines}
    assert set(by_type) == {"entity", "non-entity-token"}
    assert by_type["entity"]["entity_name"] == "ann"
    assert by_type["entity"]["entity_alias_name"] == "ann"
    assert by_type["entity"]["mount_path"] == "auth/userpass/"
    table = (await node.ok("GET", f"{PATH}/activity/export?format=csv")).body.decode().splitlines()
    assert table[0].split(",")[-1] == "entity_metadata.mail"
    assert sum(line.endswith(",'=ann@example.com") for line in table) == 1
    assert (await node.ask("GET", f"{PATH}/activity/export?format=xml")).status == 400
    reader = await node.token(f'path "{PATH}/activity/export" {{ capabilities = ["read"] }}')
    assert (await node.ask("GET", f"{PATH}/activity/export", token=reader)).status == 403


async def test_a_namespace_exports_its_own_clients() -> None:
    """And those below, but none above or beside; counts of all are root's."""
    node = await TestNode.start()
    await node.ok("POST", "sys/namespaces/team")
    await node.ok("POST", "team/sys/namespaces/inner")
    await people(node, "ann")
    await people(node, "carl", where="team/")
    await people(node, "dora", where="team/inner/")
    await store(node)
    table = (await node.ok("GET", f"team/{PATH}/activity/export?format=csv")).body.decode().splitlines()
    assert sorted(line.split(",")[1] for line in table[1:]) == ["carl", "dora"]
    for path in ("activity", "activity/monthly", "config"):
        assert (await node.ask("GET", f"team/{PATH}/{path}")).status == 400

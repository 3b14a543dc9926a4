"""What `sys/metrics` counts of requests."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest
from prometheus_client.parser import text_string_to_metric_families

from strongroom.core.expiry import Expiry
from strongroom.http.options import ListenerOptions, MetricsAccess
from strongroom.lib.exposition import Gauge
from strongroom.sysapi.system.request_gauges import of_responses
from tests.flow.core.repeats import is_repeated, kept
from tests.flow.node import TestNode

RULES = 'path "probe/*" { capabilities = ["read", "update", "create", "list"] }'

Numbers = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


async def numbers(node: TestNode) -> Numbers:
    """All samples by name and labels, as a scraper without a token gets them."""
    node.options = ListenerOptions(metrics=MetricsAccess(unauthenticated=True))
    answer = await node.ask("GET", "sys/metrics?format=prometheus", token="")
    assert answer.status == 200
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.body.decode())
        for sample in family.samples
    }


def grown(before: Numbers, after: Numbers, name: str) -> dict[str, float]:
    """By how much the samples of a name have grown, by the values of their labels but for the cluster's."""
    return {
        " ".join(value for label, value in sorted(labels) if label != "cluster"): value - before[each, labels]
        for (each, labels), value in after.items()
        if each == name and value != before[each, labels]
    }


async def test_requests_are_counted_by_operation_and_mount() -> None:
    """Those that fail too, by the operation that the audit log names; and how long all of them took together."""
    node = await TestNode.start()
    before = await numbers(node)
    await node.ok("POST", "sys/mounts/kv", {"type": "kv"})
    for _ in range(2):
        await node.ok("POST", "kv/a", {"x": "1"})
    await node.ok("GET", "kv/a")
    assert (await node.ask("GET", "kv/none")).status == 404
    assert (await node.ask("GET", "kv/a", token="wrong")).status == 403
    assert (await node.ask("GET", "nowhere/a")).status == 404
    assert (await node.ask("GET", "sys/health", token="")).status == 200
    after = await numbers(node)
    assert grown(before, after, "vault_core_requests_total") == {
        "secret system update": 1,
        "secret kv create": 1,
        "secret kv update": 1,
        "secret kv read": 3,
        "none none read": 1,
        "secret system read": 1,
    }
    assert grown(before, after, "vault_core_handle_request_count") == {"": 7}


async def test_answers_that_are_kept_count_as_others() -> None:
    """Each answer that is given again is a request of its kind, with its time, and a response."""
    node = await TestNode.start()
    await node.ok("POST", "sys/mounts/kv", {"type": "kv"})
    await node.ok("POST", "kv/a", {"x": "1"})
    await kept(node, "GET", "kv/a")
    before = await numbers(node)
    for _ in range(3):
        assert await is_repeated(node, "GET", "kv/a")
    after = await numbers(node)
    assert grown(before, after, "vault_core_requests_total") == {"secret kv read": 3}
    assert grown(before, after, "vault_core_handle_request_count") == {"": 3}
    assert grown(before, after, "vault_core_repeated_answers_total") == {"": 3}


async def test_logins_and_tokens() -> None:
    """By method and result, and by the type of what was made; a renewal makes no token."""
    node = await TestNode.start()
    await node.ok("POST", "sys/auth/userpass", {"type": "userpass"})
    await node.ok("POST", "auth/userpass/users/ann", {"password": "right", "token_type": "batch"})
    before = await numbers(node)
    await node.ok("POST", "auth/userpass/login/ann", {"password": "right"}, token="")
    for _ in range(2):
        assert (await node.ask("POST", "auth/userpass/login/ann", {"password": "wrong"}, token="")).status == 400
    made = (await node.ok("POST", "auth/token/create", {"ttl": "1h"})).body["auth"]["client_token"]
    await node.ok("POST", "auth/token/renew", {"token": made})
    after = await numbers(node)
    assert grown(before, after, "vault_core_logins_total") == {"userpass failed": 2, "userpass succeeded": 1}
    assert grown(before, after, "vault_token_creation_total") == {"userpass batch": 1, "token service": 1}
    assert grown(before, after, "vault_core_handle_login_request_count") == {"": 3}


@pytest.mark.parametrize("count", [16, 48])
async def test_stages_are_measured_of_one_request_in_sixteen(count: int) -> None:
    """Of a write each stage but the one for other systems."""
    node = await TestNode.start()
    await node.ok("POST", "sys/mounts/kv", {"type": "kv"})
    before = await numbers(node)
    for number in range(count):
        await node.ok("POST", "kv/a", {"x": str(number)})
    after = await numbers(node)
    assert grown(before, after, "vault_core_stage_seconds_count") == dict.fromkeys(
        ("decide", "engine", "commit", "audit"), count / 16
    )
    assert grown(before, after, "vault_storage_commits_total") == {"committed": count}
    assert grown(before, after, "vault_storage_commit_seconds_count") == {"": count}


async def test_the_same_numbers_before_and_after_unsealing() -> None:
    """A sealed node tells what it can, under the same names and labels, and that it is sealed."""
    node = await TestNode.start()
    opened = await numbers(node)
    node.node.unsealed = None
    sealed = await numbers(node)
    assert opened.keys() >= sealed.keys()
    of_content = ("vault_core_mount_table", "vault_expire_", "vault_audit_", "vault_secrets_", "vault_restore_")
    assert {name for name, _ in opened.keys() - sealed.keys() if not name.startswith(of_content)} == set()
    (labels,) = (labels for name, labels in sealed if name == "vault_core_unsealed")
    assert dict(labels).keys() == {"cluster"}
    assert (opened["vault_core_unsealed", labels], sealed["vault_core_unsealed", labels]) == (1, 0)


async def test_who_holds_a_role() -> None:
    """The process that ends what is due says so for as long as it does."""
    node = await TestNode.start()
    services = node.node.unsealed
    assert services is not None

    async def held() -> dict[str, float]:
        found = await numbers(node)
        return {
            dict(labels)["role"]: value for (name, labels), value in found.items() if name == "vault_core_role_held"
        }

    assert await held() == {"expiry": 0, "webhooks": 0, "snapshots": 0, "region": 0}
    working = asyncio.create_task(Expiry(services, pause_s=0.01).run_forever())
    while not services.roles:
        await asyncio.sleep(0.01)
    assert await held() == {"expiry": 1, "webhooks": 0, "snapshots": 0, "region": 0}
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    assert await held() == {"expiry": 0, "webhooks": 0, "snapshots": 0, "region": 0}


def test_codes_that_nobody_has_registered_are_counted_together() -> None:
    """Anybody may ask for them, and each would be a number of its own for ever."""
    told = of_responses({200: 3, 418: 1, **dict.fromkeys(range(600, 1000), 2)})
    shown = {(each.labels["code"], each.labels["type"]): each.value for each in told if isinstance(each, Gauge)}
    assert shown["200", "2xx"] == 3
    assert shown["418", "4xx"] == 1
    assert shown["other", "7xx"] == 200
    assert sum(shown.values()) == 804
    assert len(shown) < 80

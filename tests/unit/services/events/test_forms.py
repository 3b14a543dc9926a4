"""The forms in which events are sent, and which of them somebody wants."""

from __future__ import annotations

import json

import pytest
from tests.conformance.events.messages import decoded
from tests.unit.services.events.made import event

from strongroom.lib.errors import InvalidRequest
from strongroom.services.events import cloudevents, protobuf
from strongroom.services.events.judge import may_know
from strongroom.services.events.selection import Selection, checked_namespaces, checked_type
from strongroom.services.events.webhooks import outcome
from strongroom.services.events.webhooks.records import Progress, Webhook
from strongroom.services.policy.acl import Acl
from strongroom.services.policy.parse import parse_policy

HOOK = Webhook(revision="r", url="https://a.example", secret=b"x" * 24, disable_after_s=100)


def test_a_cloud_event_holds_what_the_documentation_says() -> None:
    """All attributes, those of a namespace and the cursor only where there are some."""
    assert json.loads(cloudevents.encode("1", event(), "ns/", "place")) == {
        "id": "1",
        "source": "https://vaultproject.io/",
        "specversion": "1.0",
        "type": "*",
        "datacontentype": "application/cloudevents",
        "time": "1970-01-01T00:00:01.500000Z",
        "cursor": "place",
        "data": {
            "event_type": "kv-v2/data-write",
            "namespace": "ns/",
            "event": {"id": "1", "metadata": event().metadata},
            "plugin_info": {
                "mount_class": "secret",
                "mount_accessor": "kv_1",
                "mount_path": "secret/",
                "plugin": "kv",
                "version": "2",
            },
        },
    }
    bare = json.loads(
        cloudevents.encode(
            "1", event(mount_class="", mount_accessor="", mount_path="", plugin="", mount_version=""), ""
        )
    )
    assert (set(bare["data"]), "cursor" in bare) == ({"event", "event_type"}, False)


@pytest.mark.parametrize("long", ["x", "x" * 127, "x" * 128, "é" * 20_000])
def test_protobuf_is_read_by_another_library(long: str) -> None:
    """Lengths of any number of bytes come through, empty fields are left out."""
    made = event(metadata={"operation": long, "é": ""}, plugin="")
    found = decoded(protobuf.encode("1", made, "ns/"))
    assert found == {
        "event": {"id": "1", "metadata": {"operation": long, "é": ""}},
        "namespace": "ns/",
        "event_type": "kv-v2/data-write",
        "plugin_info": {"mount_class": "secret", "mount_accessor": "kv_1", "mount_path": "secret/", "version": "2"},
    }


@pytest.mark.parametrize(
    ("selection", "namespace", "taken"),
    [
        (Selection(("*",), ""), "", True),
        (Selection(("x", "kv-v2/*"), ""), "", True),
        (Selection(("kv-v1/*",), ""), "", False),
        (Selection(("*",), ""), "a/", False),
        (Selection(("*",), "a/"), "a/", True),
        (Selection(("*",), "", ("a",)), "a/", True),
        (Selection(("*",), "", ("a/*",)), "a/b/", True),
        (Selection(("*",), "", ("b*",)), "a/", False),
        (Selection(("*",), "", (), lambda values: values["data_path"] == "secret/data/a"), "", True),
        (Selection(("*",), "", (), lambda values: values["source_plugin_mount"] == "other/"), "", False),
    ],
)
def test_what_a_subscriber_wants(selection: Selection, namespace: str, taken: bool) -> None:
    """Type, namespace and filter have to fit."""
    assert selection.takes(event(), namespace) is taken


def test_patterns_have_bounds() -> None:
    """An empty or endless pattern is refused; namespaces are those below the asking one."""
    assert checked_namespaces(("/x", "*"), "a/") == ("a/x", "a/*")
    for bad in ("", "x" * 257, "a\n"):
        with pytest.raises(InvalidRequest):
            checked_type(bad)
    for many in (("x",) * 65, ("x" * 257,)):
        with pytest.raises(InvalidRequest):
            checked_namespaces(many, "")


@pytest.mark.parametrize(
    ("rule", "known"),
    [
        ('capabilities = ["read", "subscribe"] subscribe_event_types = ["*"]', True),
        ('capabilities = ["list", "subscribe"] subscribe_event_types = ["kv-v2/*"]', True),
        ('capabilities = ["subscribe"] subscribe_event_types = ["*"]', False),
        ('capabilities = ["read", "list"] subscribe_event_types = ["*"]', False),
        ('capabilities = ["read", "subscribe"]', False),
        ('capabilities = ["read", "subscribe"] subscribe_event_types = ["kv-v1/*"]', False),
        ('capabilities = ["read", "subscribe", "deny"] subscribe_event_types = ["*"]', False),
    ],
)
def test_who_may_know(rule: str, known: bool) -> None:
    """Both halves are needed, and a type."""
    acl = Acl([parse_policy(f'path "secret/data/a" {{ {rule} }}')], 0.0)
    assert may_know(acl, "secret/data/a", "kv-v2/data-write") is known
    assert not may_know(acl, "secret/data/b", "kv-v2/data-write")


def test_types_of_several_policies_add_up() -> None:
    """As capabilities do; a rule that denies takes all of them."""
    one, two, deny = (
        parse_policy(f'path "a" {{ capabilities = ["read", "subscribe"] subscribe_event_types = ["{name}"] }}')
        for name in ("x", "y", "z")
    )
    assert may_know(Acl([one, two], 0.0), "a", "x")
    assert may_know(Acl([one, two], 0.0), "a", "y")
    assert not may_know(Acl([one, two], 0.0), "a", "z")
    assert not may_know(Acl([deny, parse_policy('path "a" { capabilities = ["deny"] }')], 0.0), "a", "z")
    assert may_know(Acl([], 0.0, root=True), "a", "anything")


@pytest.mark.parametrize(
    ("status", "reason"),
    [(200, ""), (204, ""), (299, ""), (300, "redirects"), (307, "redirects"), (199, "199"), (404, "404"), (500, "500")],
)
def test_which_answers_take_an_event(status: int, reason: str) -> None:
    """Only those of success."""
    found = outcome.refusal(status)
    assert (reason in found) if reason else found == ""


def test_a_webhook_fails_until_it_is_disabled() -> None:
    """Failures count from the first one on, the pauses grow, and an event that is taken forgets them."""
    progress = Progress(cursor="c", delivered=3)
    first = outcome.failed(progress, HOOK, "no", 10.0)
    assert (first.attempts, first.failing_since, first.error, first.disabled) == (1, 10.0, "no", False)
    assert 15.0 <= first.next_attempt_at <= 20.0
    later = outcome.failed(first, HOOK, "no", 109.0)
    assert (later.attempts, later.failing_since, later.disabled) == (2, 10.0, False)
    assert later.next_attempt_at >= 119.0
    assert outcome.failed(first, HOOK, "no", 110.0).disabled
    assert outcome.failed(progress, HOOK, "no", 10.0, gone=True).disabled
    assert outcome.taken(later, "d", 120.0) == Progress(cursor="d", delivered=4, delivered_at=120.0)

"""Which devices get an entry, and what of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from strongroom.audit.filtering import Rules, check_beside, rules_of, select
from strongroom.audit.filtering.exclusion import exclusions, without
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Operation
from strongroom.services.exchange import Exchange
from tests.unit.audit.auditing import KNOWN


@dataclass(frozen=True)
class Device:
    """A device with its rules."""

    name: str
    rules: Rules


def asked(path: str, operation: Operation = Operation.READ) -> Exchange:
    """A request."""
    return Exchange(msgspec.structs.replace(KNOWN.request, path=path, operation=operation))


def chosen(path: str, **options: dict[str, str]) -> str:
    """The devices that get a request's entries, and a sign if none was meant."""
    devices = tuple(Device(name, rules_of(given)) for name, given in options.items())
    found, missed = select(devices, asked(path))
    return " ".join(device.name for device in found) + ("!" if missed else "")


ALL: dict[str, str] = {}
A, B = {"filter": "path matches `^a`"}, {"filter": 'path contains "b"'}
LAST = {"fallback": "true"}


@pytest.mark.parametrize(
    ("path", "devices", "expected"),
    [
        ("a", {"all": ALL, "other": ALL}, "all other"),
        ("a", {"all": ALL, "a": A}, "all a"),
        ("x", {"all": ALL, "a": A}, "all"),
        ("ab", {"a": A, "b": B, "last": LAST}, "a b"),
        ("b", {"a": A, "b": B, "last": LAST}, "b"),
        ("x", {"a": A, "b": B, "last": LAST}, "last"),
        ("x", {"all": ALL, "a": A, "last": LAST}, "all last"),
        ("a", {"all": ALL, "a": A, "last": LAST}, "all a"),
        ("x", {"last": LAST}, "last"),
        ("x", {"all": ALL, "last": LAST}, "all last"),
        ("x", {"a": A}, "a!"),
        ("x", {"a": A, "b": B}, "a b!"),
        ("x", {}, ""),
    ],
)
def test_who_gets_an_entry(path: str, devices: dict[str, dict[str, str]], expected: str) -> None:
    """Devices without a filter, those whose filter takes it, else the fallback; never nobody."""
    assert chosen(path, **devices) == expected


@pytest.mark.parametrize(
    ("text", "true"),
    [
        ("path == a/b", True),
        ("operation == read", True),
        ('namespace == ""', True),
        ("mount_type is empty", True),
        ('mount_point == ""', True),
        ("mount_point == auth/oidc", False),
        ('mount_point in ["x/", ""]', True),
        ("not (mount_point == auth/oidc or mount_point != x) and path == a/b", False),
    ],
)
def test_the_properties_of_a_filter(text: str, true: bool) -> None:
    """Of a request that found no mount, those of the mount are empty."""
    assert rules_of({"filter": text}).takes(asked("a/b")) is true


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"filter": "mount_type =="}, "filter: the expression"),
        ({"filter": "secret == x"}, "filter: it knows mount_point, mount_type, namespace, operation, path"),
        ({"filter": "bare_mount_point == x"}, "not bare_mount_point"),
        ({"filter": '"/request/path" == x'}, "not request/path"),
        ({"filter": "path == x", "fallback": "true"}, "exclude each other"),
        ({"fallback": "maybe"}, "strconv.ParseBool"),
        ({"exclude": "x"}, "no JSON array"),
        ({"exclude": "{}"}, "a JSON array"),
        ({"exclude": "[" * 5000}, "no JSON array"),
        ({"exclude": json.dumps([{"fields": ["/a"]}] * 65)}, "64 objects"),
        ({"exclude": '["x"]'}, "each element of exclude"),
        ({"exclude": '[{"fields": ["/a"], "other": 1}]'}, "each element of exclude"),
        ({"exclude": "[{}]"}, "1 to 64 JSON pointers"),
        ({"exclude": '[{"fields": []}]'}, "1 to 64 JSON pointers"),
        ({"exclude": '[{"fields": "/a"}]'}, "1 to 64 JSON pointers"),
        ({"exclude": '[{"fields": [1]}]'}, "1 to 64 JSON pointers"),
        ({"exclude": '[{"fields": [""]}]'}, "no JSON pointer"),
        ({"exclude": '[{"fields": ["a"]}]'}, "no JSON pointer"),
        ({"exclude": '[{"fields": ["/a"], "condition": 1}]'}, "a condition of exclude is a text"),
        ({"exclude": '[{"fields": ["/a"], "condition": "x"}]'}, "an operator"),
        ({"exclude": " " * 70_000}, "65536 characters"),
    ],
)
def test_rules_that_cannot_work(options: dict[str, str], reason: str) -> None:
    """Are refused with the reason."""
    with pytest.raises(InvalidRequest) as refused:
        rules_of(options)
    assert reason in refused.value.text


def test_there_is_one_fallback() -> None:
    """A second one is refused; one that takes the first one's place isn't."""
    last = rules_of(LAST)
    check_beside("new/", last, [("other/", rules_of(A)), ("new/", last)])
    check_beside("new/", rules_of(A), [("other/", last)])
    with pytest.raises(InvalidRequest, match='"other/" is the fallback'):
        check_beside("new/", last, [("other/", last)])


ENTRY: dict[str, Any] = {
    "type": "response",
    "auth": {"client_token": "hmac-sha256:ab", "entity_id": "e", "policies": ["a", "b", "c"]},
    "request": {"mount_type": "transit", "data": {"x": "y", "a/b": 1}},
    "response": {"data": {"plaintext": "z"}},
}


@pytest.mark.parametrize(
    ("rules", "gone"),
    [
        ([{"fields": ["/response/data"]}], ["response.data"]),
        ([{"condition": '"/request/mount_type" == transit', "fields": ["/request/data"]}], ["request.data"]),
        ([{"condition": '"/request/mount_type" == kv', "fields": ["/request/data"]}], []),
        ([{"condition": '"/auth/client_token" matches "hmac.+"', "fields": ["/auth/entity_id"]}], ["auth.entity_id"]),
        ([{"condition": '"/nothing/here" == x', "fields": ["/type"]}], []),
        ([{"condition": "", "fields": ["/nothing", "/type/x", "/auth/policies/9"]}], []),
        ([{"fields": ["/request/data/a~1b"]}], ["request.data.a/b"]),
        (
            [
                {"fields": ["/request/mount_type"]},
                {"condition": '"/request/mount_type" == transit', "fields": ["/response/data", "/request/data/x"]},
            ],
            ["request.mount_type", "response.data", "request.data.x"],
        ),
    ],
)
def test_fields_that_are_left_out(rules: list[dict[str, Any]], gone: list[str]) -> None:
    """Where the condition is true, of the whole entry; and nothing else changes."""
    expected = json.loads(json.dumps(ENTRY))
    for path in gone:
        *within, last = path.split(".")
        place = expected
        for part in within:
            place = place[part]
        del place[last]
    assert json.loads(without(json.dumps(ENTRY).encode(), exclusions(json.dumps(rules)))) == expected


def test_elements_of_a_list_that_are_left_out() -> None:
    """Each by the place that it had."""
    rules = exclusions('[{"fields": ["/auth/policies/0", "/auth/policies/2"]}]')
    found = json.loads(without(json.dumps(ENTRY).encode(), rules))
    assert found["auth"]["policies"] == ["b"]

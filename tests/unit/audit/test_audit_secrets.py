"""Fields that an engine declares secret, and the entry that tries a device."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import pytest

from strongroom.audit.entry import Outcome
from strongroom.audit.entry import test_entry as trial_entry
from strongroom.audit.notation import Notation, Style, digest_everything
from strongroom.sdk import Engine, Mount, Request, Response, path
from strongroom.sdk.fields import SECRET, Body, Doc
from strongroom.services.exchange import Exchange
from strongroom.services.mounts import MountEntry, MountRecord
from strongroom.services.mounts.records import MountConfig
from tests.unit.audit.test_audit_entry import both, hidden, request

_KEY = "-----BEGIN EC PRIVATE KEY-----\nMHc\n-----END EC PRIVATE KEY-----"
_CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----"


class Words(Body, frozen=True):
    """A body."""

    password: Annotated[str, Doc(description="Secret.", extra=SECRET)] = ""
    comment: Annotated[str, Doc(description="No secret.")] = ""


class Safe(Engine):
    """An engine with a secret field."""

    type = "safe"

    @path.write("a")
    async def write(self, request: Request, body: Words) -> Response | None:
        """Write."""
        return None


def mounted(**config: Any) -> MountEntry:
    """A mount of the engine."""
    record = MountRecord(
        id="id", table="secret", path="kv/", type="safe", accessor="safe_1", config=MountConfig(**config)
    )
    return MountEntry(record=record, mount=Mount("id", "kv/", "safe", "safe_1", {}, 9, 9), engine=Safe(), prefix="p/")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("text", "<text>"),
        (1234, "<1234>"),
        (1.5, "<1.5>"),
        (True, "<true>"),
        (None, None),
        ("2023-11-14T22:13:20Z", "<2023-11-14T22:13:20Z>"),
        (["a", 1, None], ["<a>", "<1>", None]),
        (("a", ("b",)), ["<a>", ["<b>"]]),
        ({"pin": 1234, "deep": {"x": ["y"]}}, {"pin": "<1234>", "deep": {"x": ["<y>"]}}),
        (b"bytes \xff", "<bytes \N{REPLACEMENT CHARACTER}>"),
    ],
)
def test_of_a_secret_nothing_is_shown(value: Any, shown: Any) -> None:
    """Whatever it was sent as: a password may be a number, or look like a time."""
    assert digest_everything(value, hidden) == shown


@pytest.mark.parametrize("config", [{}, {"audit_non_hmac_request_keys": ("password", "comment")}])
def test_a_secret_field_is_a_digest_whatever_the_mount_shows(config: dict[str, Any]) -> None:
    """It stands in the entry by its name; other fields are shown where the mount says so."""
    known = Exchange(request(data={"password": 1234, "comment": "c", "other": 5}), entry=mounted(**config))
    notes = Notation(hidden, Style(), {})
    asked = both(known, Outcome(), notes)[0]["request"]["data"]
    assert asked == {"password": "<1234>", "comment": "c" if config else "<c>", "other": 5}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (f"{_KEY}\n{_CERTIFICATE}", hidden(f"{_KEY}\n{_CERTIFICATE}")),
        ([_CERTIFICATE, _KEY], [_CERTIFICATE, hidden(_KEY)]),
        ({"a": _KEY, "b": 1}, {"a": hidden(_KEY), "b": 1}),
        (_CERTIFICATE, _CERTIFICATE),
    ],
)
def test_a_field_that_the_mount_shows_hides_private_keys(value: Any, shown: Any) -> None:
    """Of requests and answers: a bundle holds a key beside the certificate, for which people show the field."""
    config: dict[str, Any] = {"audit_non_hmac_request_keys": ("comment",), "audit_non_hmac_response_keys": ("comment",)}
    known = Exchange(request=request(data={"comment": value}), entry=mounted(**config))
    asked, answered = both(known, Outcome(response=Response(data={"comment": value})), Notation(hidden, Style()))
    assert asked["request"]["data"] == {"comment": shown}
    assert answered["response"]["data"] == {"comment": shown}


def test_a_raw_device_shows_secret_fields_too() -> None:
    """That is what it is for."""
    known = Exchange(request(data={"password": 1234}), entry=mounted())
    assert both(known, Outcome(), Notation(hidden, Style(log_raw=True), {}))[0]["request"]["data"] == {"password": 1234}


def test_the_entry_that_tries_a_device() -> None:
    """Of nobody, for nothing, and of the form of all others."""
    assert msgspec.json.decode(trial_entry("some-id", 1.5)) == {
        "time": "1970-01-01T00:00:01.500000Z",
        "type": "request",
        "auth": {"token_type": "default"},
        "request": {
            "id": "some-id",
            "operation": "update",
            "namespace": {"id": "root"},
            "path": "sys/audit/test",
        },
    }

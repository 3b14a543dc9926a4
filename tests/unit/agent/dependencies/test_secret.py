"""Answers as templates see them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from strongroom.agent.dependencies.secret import Secret, secret_of
from strongroom.client.values import decode
from strongroom.template.errors import TemplateError
from strongroom.template.values import Number, Structure
from tests.unit.template.oracle_functions import executed


def _secret(**answer: Any) -> Secret:
    return secret_of(decode(json.dumps(answer)))


def _read(value: Structure, name: str) -> Any:
    """A field as a template reads it."""
    return getattr(value, value.fields[name])


@pytest.mark.parametrize(
    ("answer", "data"),
    [
        ({"keys": [{"kid": "a"}]}, {"keys": [{"kid": "a"}]}),
        ({"sealed": False, "n": 3}, {"sealed": False, "n": Number("3")}),
        ({"initialized": True, "lease_duration": 0}, {"initialized": True, "lease_duration": Number("0")}),
        ({"request_id": "r1", "data": None}, {}),
        ({"request_id": "r1", "initialized": True}, {}),
        ({"data": {}, "initialized": True}, {}),
        ({"warnings": ["w"], "data": None}, {}),
        ({"errors": ["e"]}, {}),
        ({}, {}),
    ],
)
def test_an_answer_that_is_none_of_secrets_is_data(answer: dict[str, Any], data: dict[str, Any]) -> None:
    """The keys of OIDC or the state of the seal have nothing around them; the peer's agent gives them as `Data`."""
    assert _secret(**answer).data == data


def test_every_field_is_there() -> None:
    """A whole answer is read, field by field, by the names that templates use."""
    found = _secret(
        request_id="r1",
        lease_id="database/creds/app/1",
        lease_duration=3600,
        renewable=True,
        data={"password": "hunter2", "port": 5432, "list": [1.50, {"a": None}]},
        warnings=["careful"],
        auth={"client_token": "hvs.x", "accessor": "a", "policies": ["p"], "metadata": {"m": "n"},
              "lease_duration": 60, "renewable": True},
        wrap_info={"token": "hvs.w", "ttl": 300, "creation_time": "2026-01-02T03:04:05.6Z", "wrapped_accessor": "wa"},
    )  # fmt: skip
    assert [_read(found, name) for name in ("RequestID", "LeaseID", "LeaseDuration", "Renewable", "Warnings")] == [
        *("r1", "database/creds/app/1", 3600, True, ["careful"]),
    ]
    assert _read(found, "Data") == {"password": "hunter2", "port": "5432", "list": ["1.5", {"a": None}]}
    assert isinstance(_read(found, "Data")["port"], Number)
    auth = _read(found, "Auth")
    assert [_read(auth, name) for name in auth.fields] == ["hvs.x", "a", ["p"], {"m": "n"}, 60, True]
    wrap = _read(found, "WrapInfo")
    assert [_read(wrap, name) for name in wrap.fields] == [
        *("hvs.w", 300, datetime(2026, 1, 2, 3, 4, 5, 600_000, UTC), "wa"),
    ]
    assert "hunter2" not in repr(found)
    assert "hvs." not in repr(found)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"data": None, "auth": None, "wrap_info": None, "warnings": None, "lease_id": None},
        {"data": [], "auth": "x", "wrap_info": 3, "warnings": "x", "lease_id": 7, "lease_duration": "long"},
    ],
)
def test_what_is_absent_is_empty(answer: dict[str, Any]) -> None:
    """An answer without a part, or with one of another type, has Go's empty value there."""
    found = _secret(**answer)
    assert (found.lease_id, found.lease_duration, found.renewable) == ("", 0, False)
    assert (found.data, found.warnings, found.auth, found.wrap_info) == ({}, [], None, None)


def test_the_number_of_a_request_makes_no_other_answer() -> None:
    """Reading the same again gives an equal answer, so that nothing is rendered again."""
    assert _secret(request_id="1", data={"a": 1}) == _secret(request_id="2", data={"a": 1})
    assert _secret(request_id="1", data={"a": 1}) != _secret(request_id="1", data={"a": 2})


def test_a_part_that_is_absent_is_a_nil_pointer() -> None:
    """So it prints as `<nil>`, is false, and has no fields, as in consul-template."""
    found = _secret(data={"a": 1})
    assert executed("{{ .Auth }} {{ .WrapInfo }} {{ if .Auth }}yes{{ end }}", found) == "<nil> <nil> "
    with pytest.raises(TemplateError, match=r"nil pointer evaluating \*dependency.SecretAuth.ClientToken"):
        executed("{{ .Auth.ClientToken }}", found)

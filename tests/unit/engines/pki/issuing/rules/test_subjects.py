"""Subjects: what the role says in them, and what a client may add."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.crypto.issuing.contents import Subject
from strongroom.lib.errors import InvalidRequest
from tests.unit.engines.pki.issuing.rules.requests import allowed, requested

ANY = {"allow_any_name": True}


def test_the_role_fills_the_subject() -> None:
    """All attributes of the role stand in the subject."""
    parts: dict[str, Any] = {
        "organization": "O1,O2",
        "ou": "U",
        "country": "DE",
        "locality": "L",
        "province": "P",
        "street_address": "St",
        "postal_code": "1",
    }

    assert allowed({**ANY, **parts}, {"common_name": "a.b"}).subject == Subject(
        common_name="a.b",
        **{name: tuple(value.split(",")) for name, value in parts.items()},  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("patterns", "text", "fits"),
    [("", "5", False), ("5*", "55", True), ("5*", "66", False), ("*", "x", True), ("5", "5", True), ("5", "55", False)],
)
def test_serial_numbers_and_user_ids_fit_globs(patterns: str, text: str, fits: bool) -> None:
    """The attribute serialNumber and user ids need a pattern of the role that they fit; without one none is allowed."""
    role = {**ANY, "allowed_serial_numbers": patterns, "allowed_user_ids": patterns}
    for request, words in (
        ({"serial_number": text}, f"serial_number {text} not allowed by this role: allowed_serial_numbers"),
        ({"user_ids": text}, f"user_id {text} is not allowed by this role: allowed_user_ids"),
    ):
        if fits:
            subject = allowed(role, {"common_name": "a.b", **request}).subject
            assert subject.serial_number == text or subject.user_ids == (text,)
        else:
            with pytest.raises(InvalidRequest) as raised:
                allowed(role, {"common_name": "a.b", **request})
            assert words in raised.value.text


def test_lengths_of_attributes() -> None:
    """Too long ones, and too many, are told."""
    role = {**ANY, "allowed_serial_numbers": "*", "allowed_user_ids": "*"}
    request: dict[str, Any] = {"common_name": "a.b", "serial_number": "x" * 64, "user_ids": ("u" * 256,) * 16}
    allowed(role, request)

    for more in ({"serial_number": "x" * 65}, {"user_ids": "u" * 257}, {"user_ids": ("u",) * 17}):
        with pytest.raises(InvalidRequest):
            allowed(role, {**request, **more})


@pytest.mark.parametrize("text", ["a\nb", "a\0b"])
def test_control_characters_are_refused(text: str) -> None:
    """No attribute has a character that programs cut off at, or that moves a cursor."""
    role = {**ANY, "allowed_serial_numbers": "*", "allowed_user_ids": "*"}
    for request in ({"serial_number": text}, {"user_ids": text}):
        with pytest.raises(InvalidRequest, match="control character"):
            allowed(role, {"common_name": "a.b", **request})


@pytest.mark.parametrize(
    ("role", "field", "csr", "name", "told"),
    [
        ({}, "", "csr.x", "csr.x", False),
        ({}, "field.x", "csr.x", "csr.x", True),
        ({}, "field.x", "", "field.x", True),
        ({"use_csr_common_name": False}, "field.x", "csr.x", "field.x", False),
    ],
)
def test_where_the_common_name_comes_from(role: dict[str, Any], field: str, csr: str, name: str, told: bool) -> None:
    """`use_csr_common_name` takes that of the certificate request, and the field's only if there is none."""
    found = allowed({**ANY, **role}, {"common_name": field, "requested": requested(common_name=csr)})

    assert found.subject.common_name == name
    assert bool(found.warnings) == told


def test_a_common_name_of_a_certificate_request_that_does_not_count() -> None:
    """Without `use_csr_common_name` the field is required, and the request's name gets nowhere."""
    role = {**ANY, "use_csr_common_name": False}
    with pytest.raises(InvalidRequest, match="the common_name field is required"):
        allowed(role, {"requested": requested(common_name="csr.x")})

    found = allowed({**role, "require_cn": False}, {"requested": requested(common_name="csr.x")})
    assert (found.subject.common_name, found.names.dns) == ("", ())


@pytest.mark.parametrize(
    ("source", "field", "serial"),
    [("json-csr", "", "77"), ("json-csr", "88", "88"), ("json", "", ""), ("json", "88", "88")],
)
def test_where_the_serial_number_comes_from(source: str, field: str, serial: str) -> None:
    """`serial_number_source` says whether a certificate request may name it; the field goes first."""
    role = {**ANY, "allowed_serial_numbers": "*", "serial_number_source": source}
    found = allowed(role, {"common_name": "a.b", "serial_number": field, "requested": requested(serial_number="77")})

    assert found.subject.serial_number == serial


def test_a_serial_number_of_a_certificate_request_is_judged() -> None:
    """One that the role doesn't allow is refused, not left out."""
    with pytest.raises(InvalidRequest, match="serial_number 77 not allowed by this role"):
        allowed(ANY, {"requested": requested(common_name="a.b", serial_number="77")})

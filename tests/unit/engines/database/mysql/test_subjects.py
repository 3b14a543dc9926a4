"""Subjects of certificates, as the server compares them."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.engines.database.drivers.mysql.subjects import oneline
from strongroom.sdk import InvalidRequest


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("CN=app", "/CN=app"),
        ("CN=app,O=Example,C=AT", "/C=AT/O=Example/CN=app"),
        (r"CN=a\,b,O=x", "/O=x/CN=a,b"),
        (r"CN=a\2Cb", "/CN=a,b"),
        ("CN=é", r"/CN=\xC3\xA9"),
        ("E=a@b", "/emailAddress=a@b"),
    ],
)
def test_a_subject_is_turned_round(subject: str, expected: str) -> None:
    """RFC 4514 begins with the last attribute."""
    assert oneline(subject) == expected


@pytest.mark.parametrize("subject", ["", "app", "CN=", "CN=a/O=b", "CN=a+O=b", "CN=a,", "CN=a\nb", r"CN=\C3"])
def test_a_subject_that_would_fit_another_is_refused(subject: str) -> None:
    """`/` separates attributes there, and isn't escaped."""
    with pytest.raises(InvalidRequest, match="subject"):
        oneline(subject)


@given(st.text(alphabet="CN=a,+\\/é20 ", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing else is raised."""
    with contextlib.suppress(InvalidRequest):
        assert oneline(text).startswith("/")

"""Claims about objects in JSON and YAML: hostile ones take little time, and no exception but the declared one."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.kubernetes import document

MOST = 64 * 1024


@pytest.mark.parametrize(
    "text",
    [
        "[" * 60_000,
        "{" * 60_000,
        "- " * 30_000,
        "? " * 30_000,
        "".join(" " * at + "a:\n" for at in range(300)),
        "[" + "a: b," * 12_000 + "]",
        "a:\n" + "- b\n" * 16_000,
        '{"a":' * 10_000,
    ],
    ids=["lists", "maps", "items", "keys", "blocks", "pairs", "long", "json"],
)
def test_what_takes_long_is_refused(text: str) -> None:
    """The time of the library grows with the square of the levels: sixty kilobytes of brackets took minutes."""
    begun = time.process_time()
    with pytest.raises(InvalidRequest, match='invalid "f" configured'):
        document(text, "f", MOST)
    assert time.process_time() - begun < 4


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: &x [b]\nc: *x", "aliases are not supported"),
        ("a: !!int ''", "tags are not supported"),
        ("a: !!bool b", "tags are not supported"),
        ("a: !!timestamp b", "tags are not supported"),
        ("a: !!python/object/apply:os.system [b]", "tags are not supported"),
        ("a: " + "1:" * 8000 + "1.", "a number of more than 64 characters"),
        ("a: 0x" + "f" * 9000, "a number of more than 64 characters"),
        ("a: " + "9" * 9000, "a number of more than 64 characters"),
        ("a: 2001-99-99", "it is neither JSON nor YAML"),
    ],
)
def test_what_no_object_of_kubernetes_has(text: str, reason: str) -> None:
    """The library fails at some of it with errors that it doesn't declare."""
    with pytest.raises(InvalidRequest, match=reason):
        document(text, "f", MOST)


def test_what_people_write() -> None:
    """Values are what they look like, in both notations."""
    text = "rules:\n- verbs: [get, 'list']\n  apiGroups: ['']\n  n: 1\n  b: true\n  z: ~\n"
    assert document(text, "f", MOST) == {
        "rules": [{"verbs": ["get", "list"], "apiGroups": [""], "n": 1, "b": True, "z": None}]
    }
    assert document('{"a": {"b": ["c"]}}', "f", MOST) == document("{a: {b: [c]}}", "f", MOST) == {"a": {"b": ["c"]}}


@given(st.text(st.sampled_from("ab:-?[]{},&*!|>'\"#%@ \n\t0x1.~<=\u2028"), max_size=60))
def test_anything_is_an_object_or_refused(text: str) -> None:
    """With no other error."""
    with contextlib.suppress(InvalidRequest):
        document(text, "f", MOST)

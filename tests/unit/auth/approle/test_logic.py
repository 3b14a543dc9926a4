"""What secret ids may be like: their parsers, and their limits by the role."""

from __future__ import annotations

import ipaddress
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.auth.approle.logic import blocks, is_within, metadata_of, narrowed, role_digest, secret_digest
from strongroom.auth.approle.records import Role
from strongroom.lib.errors import InvalidRequest
from tests.fuzz.effort import examples

MOST_S = 1000
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


def role(**fields: Any) -> Role:
    """A role."""
    return Role(**{"name": "app", "id": "id", "digest_key": b"key", "role_id": "app-id", **fields})


@settings(max_examples=examples(300), deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | TEXTS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
        max_leaves=8,
    )
    | TEXTS.map("{}=".format)
)
def test_metadata_of_anything_is_texts_or_refused(given_: Any) -> None:
    """Names and texts come out, or one kind of error; an object and its JSON text mean the same."""
    for form in (given_, json.dumps(given_)):
        try:
            found = metadata_of(form)
        except InvalidRequest as error:
            assert error.text.startswith("failed to parse metadata")
            continue
        assert all(isinstance(part, str) for pair in found.items() for part in pair)
        if isinstance(given_, dict):
            assert found == given_


@pytest.mark.parametrize(
    ("form", "found"),
    [
        ("", {}),
        ("  ", {}),
        (",", {}),
        ("a=b,", {"a": "b"}),
        ("eyJhIjoiYiJ9", {"a": "b"}),
        ("YT1iLGM9ZA==", {"a": "b", "c": "d"}),
        ("{}", {}),
        ('{"a": "b=c,d"}', {"a": "b=c,d"}),
        ("a=b", {"a": "b"}),
        (" a = b , c = d=e ", {"a": "b", "c": "d=e"}),
        ({"a": ""}, {"a": ""}),
    ],
)
def test_metadata_has_known_forms(form: Any, found: dict[str, str]) -> None:
    """Each of them as clients write it."""
    assert metadata_of(form) == found


@pytest.mark.parametrize(
    "form",
    [
        "x",
        "a=b,c",
        "a=",
        "=b",
        "YQ==",
        "/////w==",
        "null",
        "1",
        '"a=b"',
        "[]",
        ["a=b"],
        {"a": 1},
        {"a": None},
        5,
        "[" * 10**6,
    ],
)
def test_other_metadata_is_refused(form: Any) -> None:
    """Rather than stored in part."""
    with pytest.raises(InvalidRequest):
        metadata_of(form)


@settings(max_examples=examples(300), deadline=None)
@given(
    st.lists(
        st.ip_addresses().map(str) | st.ip_addresses(network="192.0.2.0/24").map("{}/28".format) | TEXTS, max_size=3
    )
)
def test_blocks_are_blocks_or_refused(texts: list[str]) -> None:
    """What comes out can be compared with addresses; nothing is lost on the way."""
    try:
        found = blocks(texts)
    except InvalidRequest as error:
        assert "invalid CIDR address" in error.text
        return
    assert bool(found) == bool(texts)
    for text in found:
        ipaddress.ip_interface(text)
        assert "/" in text
    assert blocks(found) == found
    assert is_within(found, found)


def test_within() -> None:
    """Every block has to be in one of the others; none is in all, and in none but itself lies nothing."""
    for narrow, wide, expected in (
        ((), (), True),
        ((), ("10.0.0.0/8",), True),
        (("10.0.0.0/8",), (), False),
        (("10.1.0.0/16",), ("10.0.0.0/8",), True),
        (("10.0.0.0/8",), ("10.1.0.0/16",), False),
        (("10.1.0.0/16", "11.0.0.0/16"), ("10.0.0.0/8",), False),
        (("10.1.0.0/16", "11.0.0.0/16"), ("11.0.0.0/8", "10.0.0.0/8"), True),
        (("2001:db8::/64",), ("2001:db8::/32",), True),
        (("2001:db8::/64",), ("0.0.0.0/0",), False),
        (("10.0.0.0/8",), ("::/0",), False),
        (("::ffff:10.0.0.1",), ("10.0.0.0/8",), True),
    ):
        assert is_within(narrow, wide) is expected, (narrow, wide)


LIMITS = st.sampled_from((0, 1, 2, 999, 1000, 1001, 5000))


@settings(max_examples=examples(300), deadline=None)
@given(of_role=st.tuples(LIMITS, LIMITS), wanted=st.tuples(st.none() | LIMITS, st.none() | LIMITS))
def test_a_secret_id_never_has_more_than_its_role(
    of_role: tuple[int, int], wanted: tuple[int | None, int | None]
) -> None:
    """0 is without end; what the role limits stays limited, and the mount's time always counts."""
    limited = role(secret_id_num_uses=of_role[0], secret_id_ttl_s=of_role[1])
    more = [
        want is not None and bool(most) and (want == 0 or want > most)
        for want, most in zip(wanted, of_role, strict=True)
    ]
    try:
        uses, ttl_s, warnings = narrowed(limited, num_uses=wanted[0], ttl_s=wanted[1], max_ttl_s=MOST_S)
    except InvalidRequest:
        assert any(more)
        return
    assert not any(more)
    assert uses == (of_role[0] if wanted[0] is None else wanted[0])
    asked = of_role[1] if wanted[1] is None else wanted[1]
    assert ttl_s == min(asked, MOST_S)
    assert bool(warnings) == (asked > MOST_S)


def test_digests_tell_roles_and_ids_apart() -> None:
    """By the role's own key; surrogates and long role ids have digests too."""
    one, other = role(), role(digest_key=b"other")
    digests = {
        secret_digest(one, "a"),
        secret_digest(other, "a"),
        secret_digest(one, "b"),
        secret_digest(one, "\ud800"),
    }
    assert len(digests) == 4
    assert secret_digest(one, " a\n") == secret_digest(one, "a")
    assert len({role_digest(text) for text in ("a", "A", "a ", "\udfff", "x" * 10000)}) == 5
    with pytest.raises(InvalidRequest, match="secret_id is longer than 4096 bytes"):
        secret_digest(one, "x" * 4097)


def test_nothing_secret_is_in_a_repr() -> None:
    """A role's shows its name alone."""
    assert repr(role()) == "Role('app')"

"""Claims about permissions: both forms mean the same, slips are refused, and nothing is without a limit."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.engines.rabbitmq.permissions import MOST_BYTES, MOST_TOPICS, MOST_VHOSTS, topics_of, vhosts_of
from strongroom.engines.rabbitmq.records import Permissions, TopicPermissions
from strongroom.lib.errors import InvalidRequest

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("spelled", [json.dumps, dict])
def test_a_text_and_an_object_mean_the_same(spelled: Any) -> None:
    """What isn't named matches nothing."""
    assert vhosts_of(spelled({"/": {}, "/a": {"read": ".*"}})) == {"/": Permissions(), "/a": Permissions(read=".*")}
    topics = {"/": {"amq.topic": {"write": "a", "READ": "b"}}}
    assert topics_of(spelled(topics)) == {"/": {"amq.topic": TopicPermissions(write="a", read="b")}}


@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_is_told_from_an_empty_object(nothing: Any) -> None:
    """A role without tags needs one of them."""
    assert (vhosts_of(nothing), topics_of(nothing)) == (None, None)
    assert (vhosts_of("{}"), topics_of("null")) == ({}, {})


@pytest.mark.parametrize(
    "value",
    [
        "x",
        '{"/", "/a": {}}',
        "[]",
        7,
        {"/": "x"},
        {"/": {"read": 1}},
        {"/": {"reed": "x"}},
        {"": {}},
        {"a\nb": {}},
        {"v" * 256: {}},
        {"/": {"read": "x" * 1025}},
        {f"v{number}": {} for number in range(MOST_VHOSTS + 1)},
        '{"/": ' + " " * MOST_BYTES + "{}}",
    ],
)
def test_what_is_no_permission_is_refused(value: Any) -> None:
    """By an error that names the field."""
    with pytest.raises(InvalidRequest, match="vhosts"):
        vhosts_of(value)


@pytest.mark.parametrize(
    "value",
    [
        {"/": {"a": {"configure": "x"}}},
        {"/": {"a": "x"}},
        {"/": {f"e{number}": {} for number in range(MOST_TOPICS + 1)}},
        {f"v{vhost}": {f"e{number}": {} for number in range(33)} for vhost in range(2)},
    ],
)
def test_what_is_no_permission_on_topics_is_refused(value: Any) -> None:
    """There is no `configure` of topics, and all exchanges together are limited."""
    with pytest.raises(InvalidRequest, match="vhost_topics"):
        topics_of(value)


@given(ANY_JSON | st.text(max_size=40))
def test_no_value_breaks_it(value: Any) -> None:
    """It is understood, or refused."""
    for understand in (vhosts_of, topics_of):
        try:
            understand(value)
        except InvalidRequest as error:
            assert error.text

"""Decisions of the key/value engine."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.engines.kv import custom_metadata, logic
from strongroom.engines.kv.records import KvConfig, Metadata, Version
from strongroom.lib.errors import InvalidRequest

NOW = 1_700_000_000.0

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)
OBJECTS = st.dictionaries(st.text(max_size=3), JSON, max_size=4)

RFC7396_EXAMPLES: list[tuple[Any, Any, Any]] = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize(("target", "patch", "result"), RFC7396_EXAMPLES)
def test_merge_patch_examples(target: Any, patch: Any, result: Any) -> None:
    """The examples of RFC 7396, appendix A, come out as printed there."""
    assert logic.merge_patch(target, patch) == result


@given(OBJECTS, OBJECTS)
def test_merge_patch_changes_nothing_in_place(target: dict[str, Any], patch: dict[str, Any]) -> None:
    """Target and patch stay as they were, and applying the patch again changes nothing more."""
    before = json.dumps([target, patch])
    once = logic.merge_patch(target, patch)
    assert json.dumps([target, patch]) == before
    assert logic.merge_patch(once, patch) == once


@given(OBJECTS)
def test_subkeys_hold_no_values(data: dict[str, Any]) -> None:
    """Whatever is stored, what is shown of it is made of names, nulls and objects alone."""

    def check(shown: Any) -> None:
        assert shown is None or isinstance(shown, dict)
        for inner in (shown or {}).values():
            check(inner)

    shown = logic.subkeys(data, 0)
    check(shown)
    assert shown is not None
    assert shown.keys() == data.keys()


@pytest.mark.parametrize(
    ("depth", "shown"),
    [
        (0, {"a": None, "b": {"c": None, "d": {"e": None}}, "o": None}),
        (1, {"a": None, "b": None, "o": None}),
        (2, {"a": None, "b": {"c": None, "d": None}, "o": None}),
        (3, {"a": None, "b": {"c": None, "d": {"e": None}}, "o": None}),
        (-1, {"a": None, "b": None, "o": None}),
    ],
)
def test_subkeys_depth(depth: int, shown: dict[str, Any]) -> None:
    """Depth counts levels of names; 0 shows all, less acts as 1."""
    assert logic.subkeys({"a": 1, "b": {"c": 2, "d": {"e": 3}}, "o": {}}, depth) == shown


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (0.0, ""),
        (NOW, "2023-11-14T22:13:20Z"),
        (NOW + 0.5, "2023-11-14T22:13:20.5Z"),
        (1.25e-4, "1970-01-01T00:00:00.000125Z"),
    ],
)
def test_times(at: float, text: str) -> None:
    """Times are in UTC and end where their digits do; zero is no time."""
    assert logic.rfc3339(at) == text


@pytest.mark.parametrize(
    ("mount_s", "secret_s", "after_s"),
    [(0, 0, 0), (60, 0, 60), (0, 90, 90), (60, 90, 60), (90, 60, 60), (-1, 60, 0), (-1, 0, 0)],
)
def test_deletion_time(mount_s: int, secret_s: int, after_s: int) -> None:
    """The shorter of both settings counts; a negative one of the mount's switches both off."""
    config = KvConfig(delete_version_after_s=mount_s)
    metadata = Metadata(created_at=NOW, updated_at=NOW, delete_version_after_s=secret_s)
    assert logic.deletion_at(config, metadata, NOW) == (NOW + after_s if after_s else 0.0)


@pytest.mark.parametrize(
    ("data", "seconds"),
    [
        ({"v": 1}, 30),
        ({"ttl": "1h"}, 3600),
        ({"ttl": "90"}, 90),
        ({"ttl": -5}, -5),
        ({"lease": "2h"}, 7200),
        ({"ttl": "1h", "lease": "2h"}, 3600),
        ({"ttl": "soon", "lease": "2h"}, 30),
        ({"ttl": True}, 30),
        ({"ttl": ""}, 0),
    ],
)
def test_lease_hint(data: dict[str, Any], seconds: int) -> None:
    """`ttl` counts before `lease`, and what can't be read gives the mount's time."""
    assert logic.lease_hint_s(data, 30) == seconds


@pytest.mark.parametrize(
    ("options", "cas"),
    [({}, None), ({"cas": None}, 0), ({"cas": 2}, 2), ({"cas": "2"}, 2), ({"cas": ""}, 0), ({"cas": True}, 1)],
)
def test_cas_forms(options: dict[str, Any], cas: int | None) -> None:
    """A version may come as number or text; null is 0, absence is none."""
    assert logic.parse_cas(options) == cas


@pytest.mark.parametrize("value", ["x", 3.5, [1], {"a": 1}])
def test_cas_refused(value: Any) -> None:
    """What is no whole number is refused, so that no write goes through unchecked."""
    with pytest.raises(InvalidRequest, match="error parsing check-and-set parameter"):
        logic.parse_cas({"cas": value})


def test_lowering_the_limit_prunes_in_steps() -> None:
    """After a large history's limit is lowered, each write drops a bounded number of versions, the oldest first."""
    versions = {n: Version(created_at=NOW) for n in range(1, 201)}
    metadata = Metadata(created_at=NOW, updated_at=NOW, versions=versions, current_version=200, max_versions=5)
    seen: list[int] = []
    while len(metadata.versions) > 5:
        metadata, dropped = logic.with_new_version(KvConfig(), metadata, NOW)
        assert len(dropped) <= logic.PRUNED_AT_ONCE
        assert metadata.oldest_version == min(metadata.versions)
        seen += dropped
    assert seen == list(range(1, len(seen) + 1))


@given(
    st.dictionaries(
        st.text(max_size=130), st.none() | st.integers() | st.booleans() | st.text(max_size=515), max_size=66
    )
)
def test_custom_metadata_limits(given_: dict[str, Any]) -> None:
    """What is accepted is within every limit and printable; all else is refused."""
    try:
        texts = custom_metadata.from_request(given_)
    except InvalidRequest as error:
        assert "custom_metadata validation failed" in error.text
        return
    assert texts.keys() == given_.keys()
    assert len(texts) <= 64
    for name, value in texts.items():
        assert 0 < len(name.encode()) <= 128
        assert 0 < len(value.encode()) <= 512
        assert (name + value).isprintable()


def test_custom_metadata_names_every_fault() -> None:
    """A refusal tells all faults, counted."""
    with pytest.raises(InvalidRequest) as refused:
        custom_metadata.from_request({"": "x", "y": ""})
    assert refused.value.text.startswith("2 errors occurred:\n\t* custom_metadata validation failed: length of key")


def test_custom_metadata_patch_can_remove_what_was_too_much() -> None:
    """Null removes an entry; limits are those of the result."""
    current = {f"k{n}": "v" for n in range(64)}
    patched = custom_metadata.patched(current, {"k0": None, "new": 1})
    assert "k0" not in patched
    assert patched["new"] == "1"
    with pytest.raises(InvalidRequest, match="at most 64 keys, provided 65"):
        custom_metadata.patched(current, {"new": "1"})

"""Names as the store sees them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.engines.kv.names import KEY_BYTES, Names
from strongroom.lib.errors import InvalidRequest, Tampered

NAMES = Names(bytes(range(KEY_BYTES)))
SEGMENTS = st.text(st.characters(exclude_characters="/", exclude_categories=["Cs"]), min_size=1, max_size=12)
PATHS = st.lists(SEGMENTS, min_size=1, max_size=4).map("/".join)


@given(st.lists(PATHS, max_size=6, unique=True))
def test_opened_as_sealed(paths: list[str]) -> None:
    """Any set of paths comes back, in the order of its rows."""
    assert NAMES.open_paths("", [NAMES.seal(path) for path in paths]) == paths


@given(PATHS, SEGMENTS)
def test_folder_is_a_prefix(folder: str, name: str) -> None:
    """What lies in a folder is stored below the folder's own stored form, so that it can be listed."""
    sealed = NAMES.seal(f"{folder}/{name}")
    below = NAMES.seal(folder) + "/"
    assert sealed.startswith(below)
    assert NAMES.open_paths(below, [sealed.removeprefix(below)]) == [name]
    assert NAMES.open_paths(below, [sealed.removeprefix(below) + "/"]) == [name + "/"]


def test_same_name_looks_different_elsewhere() -> None:
    """One name in two folders, or under two keys, has nothing in common in the store."""
    other = Names(bytes(KEY_BYTES))
    stored = {NAMES.seal("a/x").split("/")[1], NAMES.seal("b/x").split("/")[1], NAMES.seal("x"), other.seal("x")}
    assert len(stored) == 4


def test_moved_and_altered_names_are_refused() -> None:
    """A row put into another folder, or under a made-up name, doesn't open."""
    inner = NAMES.seal("a/x").split("/")[1]
    for folder, name in ((NAMES.seal("b") + "/", inner), ("", inner), ("", inner[:-2] + "AA"), ("", "x"), ("", "ü")):
        with pytest.raises(Tampered):
            NAMES.open(folder, name)


@pytest.mark.parametrize("path", ["", "a/", "/a", "a//b"])
def test_empty_segments_are_refused(path: str) -> None:
    """A path with an empty part is no name of a secret."""
    with pytest.raises(InvalidRequest):
        NAMES.seal(path)


def test_too_long_is_refused_in_time() -> None:
    """A path whose stored form no store takes as a key is refused before it gets there."""
    with pytest.raises(InvalidRequest, match="too long"):
        NAMES.seal("/".join(["segment"] * 100))
    assert len(NAMES.seal("/".join(["s" * 200] * 6))) < 2048

"""Which kinds of objects are wanted."""

from __future__ import annotations

import pytest

from strongroom.importing.inventory import Kind
from strongroom.importing.selection import UnknownKind, select


def test_only_and_exclude() -> None:
    """Without words all are wanted; what is excluded isn't, whether it was named or not."""
    assert select([], []).kinds == frozenset(Kind)
    assert select(["kv", "policies"], ["policies", "audit"]).kinds == {Kind.KV}
    assert Kind.AUDIT not in select([], ["audit"]).kinds
    assert select(["kv"], []).wants(Kind.KV, Kind.PKI)
    assert not select(["kv"], []).wants(Kind.PKI)


def test_an_empty_selection_is_no_selection_of_all() -> None:
    """Who excludes all that was named gets nothing."""
    assert select(["kv"], ["kv"]).kinds == frozenset()


def test_an_unknown_word_is_named() -> None:
    """With the words that there are."""
    with pytest.raises(UnknownKind, match=r"'secrets' is no kind of objects; there are namespaces, .*kv"):
        select(["secrets"], [])

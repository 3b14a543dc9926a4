"""Names of cells as keys of items: all come back, in the order of names, however long they are."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from strongroom.storage.conditional.cells import LONGEST_NAME
from strongroom.storage.dynamodb.cells import _VALUE_BYTES
from strongroom.storage.dynamodb.items import CUT_BYTES, ITEM_BYTES, is_cut, item_of, key_of, name_of, range_of
from strongroom.storage.dynamodb.messages import Item, decode, encode
from strongroom.storage.keys import list_start

_SORT_KEY_BYTES = 1024
_ENDS = st.text(st.sampled_from("ab/é€\U0001f511\U0010ffff\x01"), max_size=6)
_FILL = st.sampled_from([0, 3, *range(CUT_BYTES - 6, CUT_BYTES + 3)])
_NAMES = st.builds(lambda fill, end: "rows/" + "x" * fill + (end.strip("/").replace("//", "/") or "e"), _FILL, _ENDS)


def stored(item: dict[str, Any]) -> Item:
    """An item as DynamoDB gives it back."""
    return decode(encode(item), Item)


def sort_key(name: str) -> bytes:
    """By whose order DynamoDB sorts."""
    return str(key_of(name)["k"]["S"]).encode()


@given(_NAMES)
@example("head")
@example("rows/" + "\U0001f511" * 512)
@example("rows/a\x01/-")
def test_a_name_comes_back(name: str) -> None:
    """Out of its item, whose key is below the limit."""
    item = stored(item_of(name, b"value", 7))
    assert name_of(item) == name
    assert 0 < len(sort_key(name)) <= _SORT_KEY_BYTES
    assert is_cut(item) == (len(name.partition("/")[2].encode()) > CUT_BYTES)


@given(_NAMES, _NAMES)
def test_the_order_is_that_of_names_but_among_those_cut_alike(one: str, two: str) -> None:
    """Two names with the same cut beginning are sorted by who reads them."""
    keys = sort_key(one), sort_key(two)
    alike = is_cut(stored(key_of(one))) and is_cut(stored(key_of(two))) and keys[0][:-64] == keys[1][:-64]
    assert (keys[0] == keys[1]) == (one == two)
    assert alike or (keys[0] < keys[1]) == (one < two)


@given(_NAMES, _NAMES)
def test_a_range_has_all_that_is_asked_for(name: str, after: str) -> None:
    """Every name below a prefix, from any start on; its end is never before its beginning, which DynamoDB refuses."""
    for prefix in (name[: end + 1] for end, sign in enumerate(name) if sign == "/"):
        for start in (prefix, list_start(prefix, after.replace("/", "")), prefix + after):
            kind, low, high = range_of(start, prefix)
            assert kind == "rows"
            assert not high or low.encode() <= high.encode()
            if start <= name:
                assert low.encode() <= sort_key(name)
                assert not high or sort_key(name) <= high.encode()


def test_the_largest_item_is_below_the_limit() -> None:
    """With the longest name, which is cut, and the longest value."""
    item = item_of("rows/" + "é" * ((LONGEST_NAME - 5) // 2), bytes(_VALUE_BYTES), 1 << 64)
    size = sum(len(name) + max(len(str(held).encode()), 8) for name, held in item.items() if name != "v")
    assert size + _VALUE_BYTES + 1 <= ITEM_BYTES

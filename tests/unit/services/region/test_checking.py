"""What a first region says that can't be, in values and against the question."""

from __future__ import annotations

import math
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.lib.errors import InvalidRequest, UpstreamFailed
from strongroom.services.region import checking, wire
from strongroom.services.region.wire import Point

SINCE = Point(7, b"seven")
NEXT = Point(8, b"eight")
ROW = "shared/root/kv/a"


def said_rows(**changed: Any) -> wire.RowsSaid:
    """Rows that lead from 7 to 8, which is the newest."""
    return msgspec.structs.replace(wire.RowsSaid(NEXT, NEXT, 1.0, {ROW: b"1"}), **changed)


def said_page(rows: dict[str, bytes], last: str) -> wire.PageSaid:
    """A page."""
    return wire.PageSaid(rows, last)


def test_what_a_sound_first_region_says_is_accepted() -> None:
    """Rows that lead on, or that there are none; pages in order; heads; a former region that knows nothing."""
    checking.check_rows(SINCE, said_rows())
    checking.check_rows(SINCE, said_rows(head=Point(20, b"x")))
    checking.check_rows(SINCE, said_rows(head=SINCE, through=SINCE, rows={}))
    checking.check_page("", said_page({ROW: b"1"}, ROW))
    checking.check_page(ROW, said_page({}, ROW + "b"))
    checking.check_page(ROW, said_page({}, ""))
    checking.check_head(Point(0, b""), wire.HeadSaid(NEXT, 1.0, (ROW,), 3, "https://a.example"))
    checking.check_former(SINCE, wire.PromotedSaid(Point(3, b"x"), False, (), 0))


@pytest.mark.parametrize(
    "said",
    [
        said_rows(through=SINCE),
        said_rows(head=SINCE, through=SINCE),
        said_rows(through=Point(6, b"six")),
        said_rows(head=Point(6, b"six")),
        said_rows(head=SINCE),
        said_rows(through=Point(7, b"other"), head=Point(7, b"other")),
        said_rows(head=Point(8, b"other")),
    ],
    ids=["no further", "the same again", "backwards", "head backwards", "beyond the head", "other past", "two heads"],
)
def test_rows_lead_to_a_later_commit_of_the_same_history(said: wire.RowsSaid) -> None:
    """An endless delta, a replay, and a history that was replaced are refused."""
    with pytest.raises(UpstreamFailed):
        checking.check_rows(SINCE, said)


@pytest.mark.parametrize(
    "said",
    [
        said_page({}, ROW),
        said_page({}, "core/keyring"),
        said_page({ROW: b"1"}, ROW + "b"),
        said_page({ROW + "c": b"1"}, ROW + "b"),
        said_page({ROW + "b": b"1"}, ""),
    ],
    ids=["no further", "backwards", "rows before it", "rows behind it", "rows behind the end"],
)
def test_a_page_goes_on_behind_the_one_before(said: wire.PageSaid) -> None:
    """A copy without an end, and rows of another page, are refused."""
    with pytest.raises(UpstreamFailed):
        checking.check_page(ROW, said)


@pytest.mark.parametrize("key", ["local/root/region/state", "core/seal/shamir", "shared/root/sys/cluster", "shared//a"])
def test_a_first_region_names_only_what_belongs_to_all(key: str) -> None:
    """A follower's seal, state and machines are its own, and what is no key belongs to nobody."""
    with pytest.raises(UpstreamFailed):
        checking.require_shared([ROW, key])
    with pytest.raises(UpstreamFailed):
        checking.check_head(SINCE, wire.HeadSaid(NEXT, 1.0, (key,), 1, ""))
    with pytest.raises(UpstreamFailed):
        checking.check_former(SINCE, wire.PromotedSaid(NEXT, True, (key,), 1))


def test_a_head_does_not_count_fewer_keys_than_it_names() -> None:
    """Else what is lacking would be counted below zero."""
    with pytest.raises(UpstreamFailed):
        checking.check_head(SINCE, wire.HeadSaid(NEXT, 1.0, (ROW, ROW), 1, ""))


HERE: dict[str, Any] = {"number": 8, "id": b"x"}
SOUND: dict[type[msgspec.Struct], dict[str, Any]] = {
    wire.HeadSaid: {
        "head": HERE,
        "at": 1.0,
        "keys": [ROW],
        "count": 1,
        "api_address": "https://a",
    },
    wire.RowsSaid: {
        "head": HERE,
        "through": HERE,
        "at": 1.0,
        "rows": {ROW: b""},
    },
    wire.PageSaid: {"rows": {ROW: b"1"}, "last": ROW},
    wire.Promoted: {"term": 2, "commit": HERE, "api_address": "https://a"},
    wire.PromotedSaid: {"head": HERE, "known": True, "keys": [ROW], "count": 1},
    wire.Refused: {"reason": "lost", "text": "", "term": 1},
    wire.Ask: {"term": 1, "since": {"number": 0, "id": b""}, "as_of": 1.0},
    wire.KeySaid: {"root_key": b"1"},
}
TOO_MUCH: list[tuple[type[msgspec.Struct], dict[str, Any]]] = [
    (wire.HeadSaid, {"head": {"number": -1, "id": b"x"}}),
    (wire.HeadSaid, {"head": {"number": 1 << 63, "id": b"x"}}),
    (wire.HeadSaid, {"head": {"number": 1, "id": b"x" * 65}}),
    (wire.HeadSaid, {"at": math.nan}),
    (wire.HeadSaid, {"at": math.inf}),
    (wire.HeadSaid, {"at": -1.0}),
    (wire.HeadSaid, {"keys": [ROW] * (wire.MOST_NAMED + 1)}),
    (wire.HeadSaid, {"keys": ["shared/" + "x" * 2048]}),
    (wire.HeadSaid, {"count": -1}),
    (wire.HeadSaid, {"api_address": "https://a\r\nx: y"}),
    (wire.HeadSaid, {"api_address": "https://a\n"}),
    (wire.HeadSaid, {"api_address": "https://a\x1b[2J"}),
    (wire.RowsSaid, {"rows": {f"{ROW}{n}": None for n in range(wire.MOST_ROWS + 1)}}),
    (wire.RowsSaid, {"rows": {ROW: bytes((16 << 20) + 1)}}),
    (wire.RowsSaid, {"rows": {"": b""}}),
    (wire.RowsSaid, {"at": math.nan}),
    (wire.PageSaid, {"rows": {f"{ROW}{n}": b"" for n in range(wire.MOST_KEYS + 1)}}),
    (wire.PageSaid, {"last": "x" * 2049}),
    (wire.Promoted, {"term": (1 << 53) + 1}),
    (wire.Promoted, {"term": -1}),
    (wire.Promoted, {"api_address": "https://a b"}),
    (wire.PromotedSaid, {"count": 1 << 40}),
    (wire.Refused, {"text": "x" * 4097}),
    (wire.Refused, {"reason": "x" * 33}),
    (wire.Ask, {"as_of": math.nan}),
    (wire.KeySaid, {"root_key": bytes(257)}),
]


@pytest.mark.parametrize("type_", SOUND, ids=lambda type_: type_.__name__)
def test_a_sound_message_is_read(type_: type[msgspec.Struct]) -> None:
    """So that the next test refuses for the one field that it changes."""
    assert isinstance(wire.decode(msgspec.msgpack.encode(SOUND[type_]), type_), type_)


@pytest.mark.parametrize(("type_", "changed"), TOO_MUCH)
def test_every_number_and_length_of_a_message_has_a_bound(type_: type[msgspec.Struct], changed: dict[str, Any]) -> None:
    """What no sound region says is no message."""
    with pytest.raises(InvalidRequest):
        wire.decode(msgspec.msgpack.encode(SOUND[type_] | changed), type_)


PLAIN = {int, float, str, bytes}
MESSAGES = [each for each in vars(wire).values() if isinstance(each, type) and issubclass(each, msgspec.Struct)]
COUNTED_BY_THE_READER = {("Ask", "limit"), ("AskPage", "limit")}
"""The first region takes these as a wish."""


def bare(annotation: Any) -> bool:
    """Whether a number, text or list of this type may be as large as it likes."""
    if annotation in PLAIN:
        return True
    if hasattr(annotation, "__metadata__"):
        return False
    return any(bare(part) for part in get_args(annotation))


def test_no_field_of_a_message_is_without_a_bound() -> None:
    """Also of one that is added later."""
    unbounded = {
        (each.__name__, field.name) for each in MESSAGES for field in msgspec.structs.fields(each) if bare(field.type)
    }
    assert unbounded == COUNTED_BY_THE_READER


@given(st.binary(max_size=400))
def test_bytes_are_a_message_or_are_refused(content: bytes) -> None:
    """Whatever comes, in no other way."""
    for type_ in SOUND:
        try:
            found = wire.decode(content, type_)
        except InvalidRequest:
            continue
        assert wire.decode(wire.encode(found), type_) == found


NUMBERS = st.integers(min_value=0, max_value=12)
POINTS = st.builds(Point, NUMBERS, st.sampled_from([b"x", b"y"]))


@given(
    st.lists(
        st.builds(wire.RowsSaid, POINTS, POINTS, st.just(1.0), st.dictionaries(st.just(ROW), st.just(b""))), max_size=40
    )
)
def test_whatever_is_said_leads_forward_and_comes_to_an_end(answers: list[wire.RowsSaid]) -> None:
    """Of accepted answers each leads further, up to a head; so none leads round in a circle."""
    at = SINCE
    for said in answers:
        try:
            checking.check_rows(at, said)
        except UpstreamFailed:
            continue
        assert at.number < said.through.number <= said.head.number or (said.head == at and not said.rows)
        at = said.through


TEXTS = st.text(alphabet="abc", min_size=1, max_size=3)


@given(st.lists(st.builds(wire.PageSaid, st.dictionaries(TEXTS, st.just(b"")), TEXTS | st.just("")), max_size=40))
def test_pages_go_forward_and_no_row_comes_twice(answers: list[wire.PageSaid]) -> None:
    """Of accepted pages each is behind the one before."""
    at, seen = "", set[str]()
    for said in answers:
        try:
            checking.check_page(at, said)
        except UpstreamFailed:
            continue
        assert not seen & said.rows.keys()
        seen |= said.rows.keys()
        if not said.last:
            break
        assert said.last > at
        at = said.last

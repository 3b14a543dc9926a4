"""Records: unknown fields survive, foreign bytes are refused, and today's bytes stay readable."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.barrier.record import FORMAT, HEADER_BYTES, Part, Record, decode, encode, pack_header, parse_frame
from strongroom.lib.errors import Internal, InvalidRequest, StrongroomError, Tampered

VECTORS = Path(__file__).parents[2] / "vectors" / "records"


class OldPart(Part, frozen=True):
    """A part as an older release knows it."""

    size: int = 0


class NewPart(Part, frozen=True):
    """The same as a newer release writes it."""

    size: int = 0
    colour: str = ""
    edges: dict[str, int] = {}


class Old(Record, frozen=True, tag="thing"):
    """A record as an older release knows it."""

    name: str
    part: OldPart = OldPart()
    maybe: OldPart | None = None
    by_name: dict[str, OldPart] = {}
    by_number: dict[int, OldPart] = {}
    row: tuple[OldPart, ...] = ()
    pair: tuple[str, OldPart] = ("", OldPart())
    free: dict[str, Any] = {}


class New(Record, frozen=True, tag="thing"):
    """The same as a newer release writes it."""

    name: str
    part: NewPart = NewPart()
    maybe: NewPart | None = None
    by_name: dict[str, NewPart] = {}
    by_number: dict[int, NewPart] = {}
    row: tuple[NewPart, ...] = ()
    pair: tuple[str, NewPart] = ("", NewPart())
    free: dict[str, Any] = {}
    note: str = ""
    inner: dict[str, list[int]] = {}


class Other(Record, frozen=True, tag="other"):
    """A record of another type with the same fields."""

    name: str


texts = st.text(max_size=5)
parts = st.builds(NewPart, size=st.integers(0, 9), colour=texts, edges=st.dictionaries(texts, st.integers(0, 9)))
news = st.builds(
    New,
    name=texts,
    part=parts,
    maybe=st.none() | parts,
    by_name=st.dictionaries(texts, parts, max_size=3),
    by_number=st.dictionaries(st.integers(0, 9), parts, max_size=3),
    row=st.lists(parts, max_size=3).map(tuple),
    pair=st.tuples(texts, parts),
    free=st.dictionaries(texts, texts, max_size=3),
    note=texts,
    inner=st.dictionaries(texts, st.lists(st.integers(0, 9), max_size=2), max_size=2),
)


@given(news, texts)
def test_unknown_fields_survive_an_older_release(new: New, name: str) -> None:
    """An older release reads, changes and writes a record; the newer one finds every field that it had put there."""
    old = decode(encode(new), Old)
    back = decode(encode(msgspec.structs.replace(old, name=name)), New)
    assert back == msgspec.structs.replace(new, name=name)


@given(news)
def test_what_the_older_release_drops_on_purpose_is_gone(new: New) -> None:
    """Replacing a part replaces it with all its fields: no unknown field of the old part is left behind."""
    old = msgspec.structs.replace(decode(encode(new), Old), part=OldPart(size=5))
    assert decode(encode(old), New).part == NewPart(size=5)


def test_free_maps_are_no_parts() -> None:
    """Names inside a map of free values are data, never taken for fields, even the reserved one."""
    new = New(name="n", free={"~unknown fields~": {"x": "y"}, "size": 3, "deep": {"~type": "z"}}, note="unknown")
    assert decode(encode(decode(encode(new), Old)), New) == new


@pytest.mark.parametrize("type_", [Other, Old])
def test_a_record_of_another_type_is_refused(type_: type[Record]) -> None:
    """The type is part of the record: equal fields don't make one type readable as another."""
    foreign = encode(Other(name="x")) if type_ is Old else encode(Old(name="x"))
    with pytest.raises(Internal):
        decode(foreign, type_)


@given(st.binary(max_size=60))
def test_any_bytes_decode_or_are_refused(garbage: bytes) -> None:
    """What isn't a record raises `Internal`, whatever it is."""
    try:
        decode(garbage, Old)
    except Internal as error:
        assert error.text == "a stored record cannot be read"


@given(news, st.data())
def test_damaged_records_are_refused(new: New, data: st.DataObject) -> None:
    """Truncated or altered records either decode, or raise `Internal` and nothing else."""
    whole = encode(new)
    damaged = bytearray(whole[: data.draw(st.integers(0, len(whole)))])
    if damaged:
        damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        decode(bytes(damaged), Old)
    except Internal as error:
        assert error.text == "a stored record cannot be read"


@given(st.binary(max_size=80))
def test_any_bytes_are_a_frame_or_tampering(value: bytes) -> None:
    """A frame parses exactly if it is whole and of this format; else it raises `Tampered`."""
    try:
        frame = parse_frame(value)
    except StrongroomError as error:
        assert isinstance(error, Tampered)
        assert len(value) < HEADER_BYTES or value[0] != FORMAT
    else:
        assert pack_header(frame.keyring, frame.term, frame.salt) + frame.nonce + frame.ciphertext == value


def test_todays_records_stay_readable() -> None:
    """The bytes of a record as this release writes it: a change of the format must be made on purpose."""
    record = New(
        name="golden",
        part=NewPart(size=1, colour="red", edges={"a": 1}),
        by_name={"k": NewPart(size=2)},
        row=(NewPart(size=3), NewPart()),
        free={"t": True},
        note="n",
    )
    golden = bytes.fromhex((VECTORS / "record.hex").read_text())
    assert encode(record) == golden
    assert decode(golden, New) == record
    assert decode(encode(decode(golden, Old)), New) == record


class Narrow(Record, frozen=True, tag="narrow"):
    """A record that may not be large."""

    limit_bytes: ClassVar[int] = 100

    text: str = ""


class Wide(Narrow, frozen=True, tag="wide"):
    """One that may."""

    limit_bytes: ClassVar[int] = 0


def test_a_record_is_no_larger_than_its_kind_may_be() -> None:
    """It is refused before it is encrypted, with its size; what was stored before the limit can still be read."""
    room = 100 - len(encode(Narrow(text="x" * 40))) + 40
    for length in (room, room + 1):
        narrow = Narrow(text="x" * length)
        if length == room:
            assert len(encode(narrow)) == 100
        else:
            with pytest.raises(InvalidRequest, match="narrow takes 101 bytes, where 100 are the most"):
                encode(narrow)
    stored = msgspec.msgpack.encode(Narrow(text="x" * 200))
    assert decode(stored, Narrow).text == "x" * 200
    assert decode(encode(Wide(text="x" * 200)), Wide).text == "x" * 200

"""What a directory sends is cut into messages, and what would stop the process is refused."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sim.hostile_directory import SUCCESS, ber, entry

from strongroom.lib.ldap.messages import (
    MOST_ATTRIBUTES,
    MOST_ENTRY_BYTES,
    MOST_OTHER_BYTES,
    MOST_VALUES,
    BadMessage,
    Messages,
)


def message(tag: int, content: bytes, id_: bytes = b"\x02") -> bytes:
    """One message."""
    return ber(0x30, ber(2, id_) + ber(tag, content))


PERSON = message(0x64, entry("cn=a", mail=["a@example.org", ""], cn=[]))
DONE = message(0x65, SUCCESS, b"\x01\x00")


@given(st.lists(st.sampled_from([PERSON, DONE, message(0x73, b"")]), max_size=6), st.data())
def test_messages_come_out_as_they_were(sent: list[bytes], data: st.DataObject) -> None:
    """In whatever pieces they come; a message comes out when it is whole."""
    whole, messages, out = b"".join(sent), Messages(), b""
    while whole:
        size = data.draw(st.integers(1, len(whole)))
        out += messages.take(whole[:size])
        whole = whole[size:]
    assert out == b"".join(sent)


def test_a_part_of_a_message_is_kept_back() -> None:
    """Also one of a length that several bytes tell."""
    long = message(0x64, entry("cn=a", mail=["x" * 300]))
    for cut in range(len(long)):
        assert Messages().take(DONE + long[:cut]) == DONE


def _many(count: int) -> bytes:
    return ber(4, b"cn=a") + ber(0x30, (ber(0x30, ber(4, b"a") + ber(0x31, b""))) * count)


def _values(count: int) -> bytes:
    return ber(4, b"cn=a") + ber(0x30, ber(0x30, ber(4, b"a") + ber(0x31, ber(4, b"") * count)))


@pytest.mark.parametrize(("content", "most"), [(_many, MOST_ATTRIBUTES), (_values, MOST_VALUES)])
def test_the_parts_of_an_entry_are_counted(content: Callable[[int], bytes], most: int) -> None:
    """So many are taken, and not one more."""
    assert Messages().take(message(0x64, content(most)))
    with pytest.raises(BadMessage):
        Messages().take(message(0x64, content(most + 1)))


@pytest.mark.parametrize(
    "bad",
    [
        b"\x31",
        b"\x30\x80",
        b"\x30\x85\x00\x00\x00\x00\x01",
        b"\x30\x84" + (MOST_ENTRY_BYTES + 1).to_bytes(4, "big"),
        ber(0x30, b""),
        ber(0x30, ber(2, b"\x01")),
        ber(0x30, ber(4, b"\x01") + ber(0x64, b"")),
        message(0x64, b""),
        message(0x64, ber(4, b"cn=a") + ber(0x30, b"") + b"\x00\x00"),
        message(0x64, ber(4, b"cn=a") + ber(0x30, ber(0x30, ber(4, b"a") + ber(0x30, b"")))),
        message(0x64, ber(4, b"cn=a") + ber(0x30, ber(0x30, ber(4, b"a") + b"\x31\x84\x7f\xff\xff\xff"))),
        message(0x64, ber(4, b"cn=a") + ber(0x30, ber(0x30, ber(4, b"a") + ber(0x31, b"") + b"\x04\x00"))),
        message(0x65, b"x" * MOST_OTHER_BYTES),
        message(0x65, b"x" * MOST_OTHER_BYTES)[:200],
    ],
)
def test_what_is_no_message_ends_the_connection(bad: bytes) -> None:
    """It isn't left to the library to make something of it."""
    with pytest.raises(BadMessage):
        Messages().take(bad)


@given(st.binary(max_size=200))
def test_anything_may_come(data: bytes) -> None:
    """No other error is raised."""
    with contextlib.suppress(BadMessage):
        Messages().take(b"\x30" + data)

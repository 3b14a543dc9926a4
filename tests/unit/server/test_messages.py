"""Messages between processes: of known kinds, within limits, and silent about what they hold."""

from __future__ import annotations

import typing
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from strongroom.audit.outgoing.addresses import AddressRules
from strongroom.lib.secret import Secret
from strongroom.sealing.ceremonies import Order, Verb
from strongroom.server.messages import companions, to_supervisor, to_worker
from strongroom.server.messages.framing import MAX_MESSAGE_BYTES, Framing, Garbled, Message, pack
from strongroom.server.sources import Sources

CANARY = b"CANARY"
SAMPLES: list[tuple[Any, Message]] = [
    (to_supervisor.FromWorker, to_supervisor.SubmitShare(Secret(CANARY), 3, 7)),
    (to_supervisor.FromWorker, to_supervisor.Succeeded("print", Secret(CANARY))),
    (to_supervisor.FromWorker, to_supervisor.Ceremony(Order(Verb.SHARE, "rekey", content=CANARY), 1)),
    (to_worker.ToWorker, to_worker.Open(Secret(CANARY))),
    (to_worker.ToWorker, to_worker.Start(Sources((("a.hcl", "CANARY"),), {}), 2)),
    (
        companions.ToForwarder,
        companions.StartForwarder(
            1, companions.LogSettings("info", "json", ""), Path("/a"), AddressRules(("10.0.0.0/8",))
        ),
    ),
]


def framed(content: object) -> bytes:
    """Anything, cut as a message."""
    encoded = msgspec.msgpack.encode(content)
    return len(encoded).to_bytes(4, "big") + encoded


@pytest.mark.parametrize(("kinds", "message"), SAMPLES)
def test_a_message_arrives_whole_however_it_is_cut(kinds: Any, message: Message) -> None:
    """Byte by byte or two at once; and its text shows no share, key or configuration."""
    framing: Framing[Any] = Framing(kinds)
    data = pack(message) * 2
    assert [got for byte in data for got in framing.feed(bytes([byte]))] == [message, message]
    assert framing.feed(data) == [message, message]
    assert "CANARY" not in f"{message} {message!r}"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"kind": "Evil"}, "Evil"),
        ({}, "kind"),
        ("text", "object"),
        ({"kind": "Alive", "more": 1}, "more"),
        ({"kind": "SubmitShare", "share": b"a", "threshold": 256}, "256|255"),
        ({"kind": "SubmitShare", "share": b"a", "threshold": 0}, "1"),
        ({"kind": "SubmitShare", "share": "text", "threshold": 2}, "Secret"),
        ({"kind": "Failed", "reason": "x" * 70000}, "length"),
        ({"kind": "Open", "root_key": b"a"}, "Open"),  # which goes the other way
        ({"kind": "Seal", "id": -1}, "0"),
    ],
)
def test_what_is_no_message_is_refused(content: object, said: str) -> None:
    """Unknown kinds, unknown fields and values beyond the limits say what is wrong with them."""
    framing: Framing[Any] = Framing(to_supervisor.FromWorker)
    with pytest.raises(Garbled, match=said):
        framing.feed(framed(content))


def test_a_message_that_is_nested_too_deep_is_refused() -> None:
    """A worker that says such a thing is replaced, and its supervisor goes on."""
    log = {"kind": "LogLines", "process": "1", "last": 1, "lost": 0, "events": [[1, {"a": "DEEP"}]]}
    answer = msgspec.msgpack.encode({"kind": "Answered", "id": 1, "answer": {"kind": "Answer", "log": log}})
    before, _, _ = answer.partition(msgspec.msgpack.encode("DEEP"))
    nested = before + b"\x91" * 100_000 + b"\x01"
    framing: Framing[Any] = Framing(to_supervisor.FromWorker)
    with pytest.raises(Garbled, match="recursion"):
        framing.feed(len(nested).to_bytes(4, "big") + nested)


def test_what_is_no_part_of_a_message_is_not_sent() -> None:
    """Not as nothing, either: the other end would take that for an answer."""
    with pytest.raises(TypeError, match="bytearray_iterator is not part of a message"):
        pack(to_worker.Open(typing.cast(Any, iter(bytearray(CANARY)))))


def test_a_message_that_never_ends_is_refused() -> None:
    """Its length alone is enough, before anything of it is kept."""
    framing: Framing[Any] = Framing(to_supervisor.FromWorker)
    with pytest.raises(Garbled, match="too long"):
        framing.feed((MAX_MESSAGE_BYTES + 1).to_bytes(4, "big"))


@pytest.mark.parametrize("union", [to_supervisor.FromWorker, to_worker.ToWorker, companions.ToCompanion])
def test_no_two_messages_of_a_direction_share_a_kind(union: Any) -> None:
    """Each class is one kind, and each can be told apart by it."""
    kinds = [each.__struct_config__.tag for each in get_args(union)]
    assert len(kinds) == len(set(kinds)) > 1
    assert typing.get_origin(union) is not None

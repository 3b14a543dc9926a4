"""What audit entries leave in memory: little, and nothing of a request that has ended."""

from __future__ import annotations

import gc
from typing import Any

import msgspec

from strongroom.audit.encoding import EntryEncoder
from strongroom.audit.entry import Outcome
from strongroom.audit.notation import Notation, Style
from strongroom.sdk.request import Operation
from strongroom.services.exchange import ApiRequest, Exchange
from strongroom.services.tokens import Bearer, TokenRecord

NOTATION = Notation(digest=lambda text: text, style=Style())


def known(data: dict[str, Any], metadata: dict[str, str] | None = None) -> Exchange:
    """A request with this body, by a token with this metadata."""
    record = TokenRecord(key="k", accessor="a", policies=("p",), path="p", created_at=0.0, metadata=metadata)
    request = ApiRequest(
        id="1",
        operation=Operation.UPDATE,
        path="secret/a",
        data=data,
        token="t",
        wrap_ttl_s=0,
        headers={},
        address="192.0.2.7",
        port=1,
        received_at=0.0,
    )
    return Exchange(request, bearer=Bearer("t", record))


def test_what_was_asked_is_kept_as_long_as_the_request() -> None:
    """An attempt that ran again is never answered: neither its body nor the text of its entry stays for that."""
    encoder, asking = EntryEncoder(NOTATION), known({"numbers": list(range(10_000))})
    encoder.request(asking, "", 0.0)
    (asked,) = encoder._asked.values()
    assert asked.is_of(asking)
    assert len(asked.request) > 10_000
    del asking
    gc.collect()
    assert asked.request + asked.auth == b""


def test_another_request_at_the_same_place_in_memory_is_told_as_it_is() -> None:
    """What is kept of a request that has ended isn't taken for that of a later one."""
    encoder, later = EntryEncoder(NOTATION), known({"x": "later"})
    gone = known({"x": "gone"})
    encoder.request(gone, "", 0.0)
    encoder._asked[id(later)] = encoder._asked.pop(id(gone))
    assert encoder.response(later, Outcome(), 0.0) == EntryEncoder(NOTATION).response(later, Outcome(), 0.0)


def test_only_short_descriptions_of_tokens_are_kept() -> None:
    """That of a token with much metadata is written anew each time; it says the same."""
    encoder = EntryEncoder(NOTATION)
    small, large = known({}), known({}, {"k": "v" * 5000})
    first, second = encoder.request(large, "", 0.0), encoder.request(large, "", 0.0)
    assert encoder._auths == {}
    assert first == second
    assert b"v" * 5000 in first
    encoder.request(small, "", 0.0)
    assert len(encoder._auths) == 1


def test_what_is_kept_is_bounded() -> None:
    """Many tokens, paths and connections take the place of earlier ones."""
    encoder = EntryEncoder(NOTATION)
    for number in range(5000):
        request = msgspec.structs.replace(known({}).request, path=f"secret/{number}", port=number + 1)
        encoder.request(Exchange(request, bearer=known({}).bearer), "", 0.0)
    assert max(map(len, (encoder._asked, encoder._auths, encoder._who, encoder._where))) <= 2048

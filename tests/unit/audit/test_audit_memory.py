"""What audit entries leave in memory: little, and nothing of a request that has ended."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from strongroom.audit.entry import Outcome, RequestEncoder, response_entry
from strongroom.audit.notation import Notation, Style
from strongroom.lib.errors import Internal
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
    asking = known({"numbers": list(range(10_000))})
    about = RequestEncoder(NOTATION)(asking)
    assert about.exchange is asking
    assert len(about.request) > 10_000
    assert response_entry(about, Outcome(), 0.0, NOTATION)["request"] is about.request
    del asking
    gc.collect()
    assert about.exchange is None
    assert len(about.request) + len(about.auth) < 10
    with pytest.raises(Internal):
        response_entry(about, Outcome(), 0.0, NOTATION)


def test_only_short_descriptions_of_tokens_are_kept() -> None:
    """That of a token with much metadata is written anew each time; it says the same."""
    asking = RequestEncoder(NOTATION)
    small, large = known({}), known({}, {"k": "v" * 5000})
    assert asking(small).auth is asking(small).auth
    first, second = asking(large).auth, asking(large).auth
    assert first is not second
    assert bytes(first) == bytes(second)
    assert b"v" * 5000 in bytes(first)

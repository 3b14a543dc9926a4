"""Decisions that no request comes to by itself, because an earlier stage ends it: they hold all the same."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from strongroom.barrier.transaction import Transaction
from strongroom.core import access
from strongroom.core.attempt import Attempt
from strongroom.lib.errors import PermissionDenied
from strongroom.sdk import Operation, Response
from strongroom.services.exchange import ApiRequest, Exchange, Grant
from strongroom.services.mounts import Router
from strongroom.services.policy.key_filter import KeyFilter
from strongroom.sysapi.services import Services


def attempt(operation: Operation, grant: Grant | None = None) -> Attempt:
    """A request of nobody, without a token."""
    request = ApiRequest(
        id="id",
        operation=operation,
        path="a/b/",
        data={},
        token="",
        wrap_ttl_s=0,
        headers={},
        address="192.0.2.7",
        port=0,
        received_at=1.0,
    )
    exchange = Exchange(request, grant=grant)
    return Attempt(cast(Services, None), cast(Transaction, None), cast(Router, None), exchange)


def test_who_has_no_token_is_granted_nothing() -> None:
    """Whatever the path, nobody known means refused."""
    with pytest.raises(PermissionDenied):
        asyncio.run(access.authorize(attempt(Operation.READ)))


@pytest.mark.parametrize("operation", [Operation.LIST, Operation.SCAN, Operation.READ])
def test_a_listing_of_an_open_path_is_nobodys_to_cut(operation: Operation) -> None:
    """Without a decision of policies there is no bound, and the answer stays the same object."""
    response = Response(data={"keys": ["a", "b"]})
    assert asyncio.run(access.cut(attempt(operation), response)) is response
    assert response.data == {"keys": ["a", "b"]}


@pytest.mark.parametrize("operation", [Operation.LIST, Operation.SCAN])
def test_listings_of_both_kinds_are_cut(operation: Operation) -> None:
    """`SCAN` shows no more than `LIST`; an answer without data, and one without names, stay what they are."""
    bounded = attempt(operation, Grant(page_limit=1))

    def cut(data: dict[str, Any] | None) -> dict[str, Any] | None:
        done = asyncio.run(access.cut(bounded, Response(data=data)))
        assert done is not None
        return done.data

    assert cut({"keys": ["a", "b"], "x": 1}) == {"keys": ["a"], "x": 1}
    assert cut({"keys": ["a"], "x": 1}) == {"keys": ["a"], "x": 1}
    assert cut({"keys": "text"}) == {"keys": "text"}
    assert cut({"x": 1}) == {"x": 1}
    assert cut(None) is None


def test_a_filter_shows_nobody_anything() -> None:
    """A name is shown to whom may read it, and nobody known may: a listing is gone, a scan empty."""
    filter_ = KeyFilter(())
    for operation, left in ((Operation.LIST, None), (Operation.SCAN, {"keys": []})):
        filtered = attempt(operation, Grant(key_filter=filter_))
        done = asyncio.run(access.cut(filtered, Response(data={"keys": ["a"], "other": ["a"]})))
        assert (done.data if done is not None else None) == left

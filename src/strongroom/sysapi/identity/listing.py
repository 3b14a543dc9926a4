"""Pages of identities: ids with what is known of each, and names."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

from strongroom.barrier.record import Record
from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import NotFound
from strongroom.sdk.fields import Body, Doc
from strongroom.sdk.response import Response
from strongroom.services.identity.names import folded, segment
from strongroom.services.identity.pages import MOST, apart_from, page
from strongroom.services.identity.records import Pointer
from strongroom.sysapi.context import SystemView

R = TypeVar("R", bound=Record)
_READ_AT_ONCE = 64
"""Rows that a listing reads before it lets other requests of the worker go on."""
Summary = Callable[[SystemView, Transaction, R], Awaitable[dict[str, Any]]]
Wanted = Callable[[R], bool]


class Page(Body, frozen=True):
    """Which part of a listing is wanted."""

    after: Annotated[str, Doc(description="Return only names after this one.")] = ""
    limit: Annotated[
        int, Doc(description=f"The largest number of names to return. 0 or less returns up to {MOST}.")
    ] = 0


def _response(data: dict[str, Any], names: list[str], *, cut: bool) -> Response:
    if not names:
        raise NotFound
    return Response(data={**data, "keys": names}, warnings=cut_warnings(cut=cut))


def cut_warnings(*, cut: bool) -> list[str]:
    """A warning if the server's own limit cut a page."""
    return [f'there are more than {MOST} names: ask for the next with "after"'] if cut else []


async def _step_aside(number: int) -> None:
    """Let other requests go on after every few rows, which may all be in memory and make nobody wait."""
    if number % _READ_AT_ONCE == 0:
        await asyncio.sleep(0)


async def ids(
    view: SystemView,
    prefix: str,
    body: Page,
    read: Callable[[Transaction, str, str], Awaitable[R | None]],
    *,
    summary: Summary[R],
    wanted: Wanted[R] | None = None,
) -> Response:
    """Ids in order, with `key_info`.  Raises `NotFound` when there are none.

    Args:
        read: reads one by its id. summary: what is shown of it. wanted: which are shown. Up to `MOST` are looked at
        then, and if that wasn't all, a warning names the last one.
    """
    names, cut = await page(view.txn, prefix, body.after, body.limit if wanted is None else 0)
    info: dict[str, Any] = {}
    for number, name in enumerate(names, 1):
        await _step_aside(number)
        if wanted is not None and len(info) == body.limit > 0:
            return _unfinished(info, names[number - 2])

        async def one(txn: Transaction, name: str = name) -> dict[str, Any] | None:
            record = await read(txn, view.namespace.id, name)
            if record is None or (wanted is not None and not wanted(record)):
                return None
            return await summary(view, txn, record)

        shown = await apart_from(view.txn, one)
        if shown is not None:
            info[name] = shown
    if wanted is not None and cut:
        return _unfinished(info, names[-1])
    return _response({"key_info": info}, list(info), cut=cut)


def _unfinished(info: dict[str, Any], last: str) -> Response:
    """A page of those that are wanted, which may be empty though others follow."""
    warning = f'not all were looked at: ask for the next with "after={last}"'
    return Response(data={"key_info": info, "keys": list(info)}, warnings=[warning])


async def names(
    view: SystemView,
    prefix: str,
    body: Page,
    read: Callable[[Transaction, str, str], Awaitable[R | None]],
    name_of: Callable[[R], str],
) -> Response:
    """Names in order, as they were last written.  Raises `NotFound` when there are none."""
    after = segment(folded(body.after)) if body.after else ""
    found, cut = await page(view.txn, prefix, after, body.limit)
    shown: list[str] = []
    for number, each in enumerate(found, 1):
        await _step_aside(number)

        async def one(txn: Transaction, each: str = each) -> str | None:
            pointer = await txn.read(prefix + each, Pointer)
            record = await read(txn, view.namespace.id, pointer.to[0]) if pointer is not None else None
            return name_of(record) if record is not None else None

        name = await apart_from(view.txn, one)
        if name is not None:
            shown.append(name)
    return _response({}, shown, cut=cut)

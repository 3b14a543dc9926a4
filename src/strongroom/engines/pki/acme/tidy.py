"""Removes what no client needs any more: orders whose certificate has expired, accounts that order nothing.

A row by time names each, so tidy reads what is due and nothing else.
"""

from __future__ import annotations

import msgspec

from strongroom.engines.pki.acme import rows
from strongroom.engines.pki.acme.records import Account, Mark, Order, Proved, Totals
from strongroom.sdk import View, replace


class Tidied(msgspec.Struct, frozen=True):
    """What one piece of work has done."""

    orders_deleted: int = 0
    accounts_revoked: int = 0
    accounts_deleted: int = 0
    last: str = ""
    """Where the next piece goes on; empty when nothing more is due."""


def due(name: str, now: float, safety_buffer_s: float) -> bool:
    """Whether a row by time has come: accounts wait for the buffer, all else only for its time.  (p)

    Args:
        name: below the folder of rows by time: `<time>/<kind>/…`.
    """
    at, kind, _ = name.split("/", 2)
    return int(at) + (safety_buffer_s if kind == "account" else 0.0) <= now


async def accounts(view: View) -> int:
    """How many accounts there are."""
    return (await rows.totals_of(view)).accounts


async def tidy_piece(view: View, now: float, safety_buffer_s: float, *, after: str = "", limit: int) -> Tidied:
    """Do some of what is due, in the transaction of `view`.

    Args:
        safety_buffer_s: how long an account without orders stays valid, and then stays visible as revoked.
    """
    names = await view.scan(rows.BY_TIME, after=after, limit=limit + 1)
    done = Tidied(last=names[limit - 1] if len(names) > limit else "")
    for name in names[:limit]:
        if int(name.partition("/")[0]) > now:
            return replace(done, last="")
        if due(name, now, safety_buffer_s):
            done = await _one(view, name, now, done)
    return done


async def _one(view: View, name: str, now: float, done: Tidied) -> Tidied:
    _, kind, rest = name.split("/", 2)
    view.delete(rows.BY_TIME + name)
    match kind:
        case "order":
            await _delete_order(view, *rest.split("/"), now=now)
            return replace(done, orders_deleted=done.orders_deleted + 1)
        case "account":
            return await _account(view, rest, now, done)
        case "window":
            view.delete(f"{rows.ROOT}window/{rest}")
    return done


async def _delete_order(view: View, account: str, order_id: str, *, now: float) -> None:
    order = await view.read(rows.orders_of(account) + order_id, Order)
    if order is None:
        return
    for each in order.authorizations:
        found = await rows.authorization_of(view, account, each)
        if found is not None:
            row = rows.proved_by(found)
            proved = await view.read(row, Proved)
            if proved is not None and proved.expires_at <= now:
                view.delete(row)
        view.delete(rows.authorizations_of(account) + each)
    if order.serial:
        view.delete(rows.issued_row(order.serial))
    view.delete(rows.orders_of(account) + order_id)


async def _account(view: View, account_id: str, now: float, done: Tidied) -> Tidied:
    """Look at an account again: one with orders later, one without is revoked, one that was is deleted."""
    account = await view.read(rows.ACCOUNTS + account_id, Account)
    if account is None:
        return done
    if await view.list(rows.orders_of(account_id), limit=1):
        view.write(rows.by_time_row(now, "account", account_id), Mark())
        return done
    if account.status == "valid":
        changed = replace(account, status="revoked", revoked_at=now)
        view.write(rows.ACCOUNTS + account_id, changed)
        view.write(rows.by_time_row(now, "account", account_id), Mark())
        return replace(done, accounts_revoked=done.accounts_revoked + 1)
    view.delete(rows.ACCOUNTS + account_id)
    view.delete(rows.account_key_row(account.directory, account.thumbprint))
    totals = await rows.totals_of(view)
    view.write(rows.TOTALS, Totals(accounts=max(0, totals.accounts - 1)))
    return replace(done, accounts_deleted=done.accounts_deleted + 1)

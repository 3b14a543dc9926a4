"""Orders: made, shown, listed.

Source: RFC 8555, sections 7.1.3 and 7.4; RFC 9773, section 5
"""

from __future__ import annotations

from typing import Any, Final

from strongroom.engines.pki.acme import authorizations, eab, issuing, limits, rows, states
from strongroom.engines.pki.acme.directory import Directory
from strongroom.engines.pki.acme.identifiers import identifiers
from strongroom.engines.pki.acme.problems import NAMESPACE, Problem, malformed
from strongroom.engines.pki.acme.records import Mark, Order
from strongroom.engines.pki.acme.renewal import replaced
from strongroom.engines.pki.acme.serving import POLL, Caller, Reply
from strongroom.engines.pki.acme.times import seconds_of
from strongroom.engines.pki.issuing.rules import moments
from strongroom.sdk import Random, Request, replace, uuid4

LIFE_S: Final = 24 * 3600.0
"""Of an order, and of what is proved for it."""
PAGE: Final = 100
"""Orders of one page of the list."""


async def new_order(caller: Caller, random: Random) -> Reply:
    """Make an order, with an authorization for each identifier."""
    request, directory = caller.request, caller.directory
    payload = caller.payload()
    if payload.get("notBefore") is not None:
        raise malformed('certificates begin now: "notBefore" is not supported')
    not_after = seconds_of(payload["notAfter"], "notAfter") if payload.get("notAfter") is not None else 0.0
    if not_after and not_after <= request.now:
        raise malformed('"notAfter" has passed')
    wanted = identifiers(payload.get("identifiers"))
    eab.check_allowed(wanted, caller.known.allowed_identifiers)
    await issuing.check_identifiers(request, directory.signatory, wanted)
    order_id = request.once("acme order", lambda: uuid4(random))
    ids = request.once("acme authorizations", lambda: tuple(uuid4(random) for _ in wanted))
    before = await replaced(caller, payload.get("replaces"), wanted)
    await limits.count_order(request, caller.account_id, len(wanted))
    expires_at = request.now + LIFE_S
    order = Order(
        account=caller.account_id,
        directory=directory.path,
        identifiers=wanted,
        authorizations=ids,
        created_at=request.now,
        expires_at=expires_at,
        not_after=not_after,
        replaces=before[0] if before else "",
    )
    for each, identifier in zip(ids, wanted, strict=True):
        made = authorizations.new(caller, identifier, expires_at, random)
        request.view.write(rows.authorizations_of(caller.account_id) + each, made)
    if before is not None:
        request.view.write(before[1], replace(before[2], replaced_by=order_id))
    keep(request, order_id, order)
    request.view.write(rows.by_time_row(expires_at, "order", f"{caller.account_id}/{order_id}"), Mark())
    return Reply(shown(directory, order_id, order, "pending"), 201, directory.of("order", order_id))


async def of_caller(caller: Caller, order_id: str) -> Order:
    """The order of the account.  Raises `Problem`, also for that of another one."""
    found = await rows.order_of(caller.request.view, caller.account_id, order_id)
    if found is None or found.directory != caller.directory.path:
        raise Problem("malformed", "the account has no such order", status=404)
    return found


async def order(caller: Caller, order_id: str) -> Reply:
    """Show an order."""
    caller.must_read()
    found = await of_caller(caller, order_id)
    return reply(caller, order_id, found, await standing(caller.request, found))


async def orders(caller: Caller, after: str) -> Reply:
    """The URLs of the account's orders, a page at a time.  Source: RFC 8555, section 7.1.2.1"""
    caller.must_read()
    directory = caller.directory
    found = await caller.request.view.list(rows.orders_of(caller.account_id), after=after, limit=PAGE + 1)
    shown = found[:PAGE]
    following = f'<{directory.of("orders")}/{shown[-1]}>;rel="next"' if len(found) > PAGE else ""
    headers = (("Link", following),) if following else ()
    return Reply({"orders": [directory.of("order", each) for each in shown]}, headers=headers)


async def certificate(caller: Caller, order_id: str) -> Reply:
    """The certificate of an order, with its chain.  Source: RFC 8555, section 7.4.2"""
    caller.must_read()
    found = await of_caller(caller, order_id)
    if found.status != "valid":
        raise Problem("orderNotReady", "the order has no certificate")
    return Reply(found.chain.encode(), media_type="application/pem-certificate-chain")


async def standing(request: Request, found: Order) -> str:
    """The state of an order."""
    if found.status != "pending":
        return found.status
    known = [await rows.authorization_of(request.view, found.account, each) for each in found.authorizations]
    each_state = [
        states.authorization_at(each.status, each.expires_at, request.now) if each is not None else "expired"
        for each in known
    ]
    return states.order_at(found.status, found.expires_at, each_state, request.now)


def keep(request: Request, order_id: str, changed: Order) -> None:
    """Store an order."""
    request.view.write(rows.orders_of(changed.account) + order_id, changed)


def shown(directory: Directory, order_id: str, found: Order, status: str) -> dict[str, Any]:
    """An order as the client sees it.  (p)"""
    document: dict[str, Any] = {
        "status": status,
        "expires": moments.shown(found.certificate_expires_at or found.expires_at),
        "identifiers": [each.shown() for each in found.identifiers],
        "authorizations": [directory.of("authorization", each) for each in found.authorizations],
        "finalize": directory.of("order", order_id, "finalize"),
    }
    if found.not_after:
        document["notAfter"] = moments.shown(found.not_after)
    if found.replaces:
        document["replaces"] = found.replaces
    if status == "valid":
        document["certificate"] = directory.of("order", order_id, "cert")
    if status == "invalid":
        document["error"] = {
            "type": f"{NAMESPACE}unauthorized",
            "detail": "an authorization of the order failed, was deactivated or has expired",
        }
    return document


def reply(caller: Caller, order_id: str, found: Order, status: str) -> Reply:
    """The answer with an order."""
    headers = (POLL,) if status == "pending" else ()
    return Reply(shown(caller.directory, order_id, found, status), 200, caller.directory.of("order", order_id), headers)

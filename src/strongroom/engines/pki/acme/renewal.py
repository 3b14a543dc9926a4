"""Renewal information: when a certificate should be replaced, and which one replaces it.

Source: RFC 9773
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from strongroom.crypto.acme_certificates import serial_text
from strongroom.engines.pki.acme import issuing, requests, rows
from strongroom.engines.pki.acme.directory import Directory
from strongroom.engines.pki.acme.problems import Problem, malformed
from strongroom.engines.pki.acme.records import Identifier, IssuedTo, Order
from strongroom.engines.pki.acme.serving import Caller
from strongroom.engines.pki.issuing.rules import moments
from strongroom.sdk import RawBody, Request, Response, View

RETRY_AFTER_S: Final = 6 * 3600
_MOST_ID: Final = 256
_WINDOW: Final = (0.65, 0.75)
"""Which part of a certificate's life the window is: clients spread over it."""
_PASSED_S: Final = 3600
"""How long ago the window of a revoked certificate began, so that clients renew at once."""
_UNKNOWN: Final = "no certificate with this identifier was issued by ACME here"


async def renewal_info(request: Request, directory: Directory, renewal_id: str) -> Response:
    """When a certificate should be renewed: at once if it was revoked.  Raises `Problem` if there is none."""
    found = await _issued(request.view, renewal_id)
    if found is None or found[1].directory != directory.path:
        raise Problem("malformed", _UNKNOWN, status=404)
    order = found[2]
    revoked = await issuing.is_revoked(request.view, order.serial)
    document = {"suggestedWindow": window(order, request.now, revoked=revoked)}
    raw = RawBody(msgspec.json.encode(document), "application/json")
    return Response(raw=raw, status=200, headers=(("Retry-After", str(RETRY_AFTER_S)),))


def window(order: Order, now: float, *, revoked: bool) -> dict[str, str]:
    """The time in which a certificate should be renewed.  (p)"""
    begins, life = order.certificate_begins_at, order.certificate_expires_at - order.certificate_begins_at
    start, end = (begins + life * part for part in _WINDOW)
    if revoked:
        start, end = min(start, now - _PASSED_S), min(end, now - 1)
    return {"start": moments.shown(start), "end": moments.shown(end)}


async def replaced(caller: Caller, renewal_id: Any, wanted: tuple[Identifier, ...]) -> tuple[str, str, IssuedTo] | None:
    """The certificate that a new order replaces: its identifier, its row and its record; None if it replaces none.

    Raises: `Problem` for a certificate of another account, of other names, or one that was replaced already.
    """
    if renewal_id is None:
        return None
    if not isinstance(renewal_id, str):
        raise malformed('"replaces" must be a text')
    found = await _issued(caller.request.view, renewal_id)
    if found is None or found[1].account != caller.account_id:
        raise malformed('"replaces" names no certificate of this account')
    row, issued, order = found
    if {each.pair for each in order.identifiers}.isdisjoint(each.pair for each in wanted):
        raise malformed('"replaces" names a certificate that has no identifier of the order')
    if issued.replaced_by:
        before = await rows.order_of(caller.request.view, caller.account_id, issued.replaced_by)
        if before is not None and before.status == "valid":
            raise Problem("alreadyReplaced", 'the certificate that "replaces" names was replaced already')
    return renewal_id, row, issued


async def _issued(view: View, renewal_id: str) -> tuple[str, IssuedTo, Order] | None:
    number = _number(renewal_id)
    if number is None:
        return None
    row = rows.issued_row(serial_text(number))
    issued = await view.read(row, IssuedTo)
    order = await rows.order_of(view, issued.account, issued.order) if issued is not None else None
    if issued is None or order is None:
        return None
    # The whole identifier is compared, so that only the one spelling of RFC 9773 finds it.
    return (row, issued, order) if issued.renewal_id == renewal_id else None


def _number(renewal_id: str) -> int | None:
    """The serial number of an identifier; None if it is none."""
    authority, dot, serial = renewal_id.partition(".")
    if len(renewal_id) > _MOST_ID or not (authority and dot and serial):
        return None
    try:
        return int.from_bytes(requests.decoded(serial), "big")
    except ValueError:
        return None

"""Ends an order: checks the request for a certificate, and has it issued.

Source: RFC 8555, section 7.4
"""

from __future__ import annotations

from strongroom.crypto.certified_names import thumbprint_of
from strongroom.crypto.issuing.requests import CertificateRequest, read_der
from strongroom.engines.pki.acme import issuing, orders, requests, rows, states
from strongroom.engines.pki.acme.identifiers import address, dns_name
from strongroom.engines.pki.acme.problems import Problem, rate_limited
from strongroom.engines.pki.acme.records import IssuedTo, Mark, Order
from strongroom.engines.pki.acme.serving import Caller, Reply
from strongroom.lib.errors import InvalidRequest, RateLimited
from strongroom.sdk import Random, replace


async def finalize(caller: Caller, order_id: str, random: Random) -> Reply:
    """Issue the certificate of an order."""
    request = caller.request
    der = requests.der_member(caller.payload(), "csr")
    found = await orders.of_caller(caller, order_id)
    status = await orders.standing(request, found)
    if status != "ready":
        raise Problem("orderNotReady", f"the order is {status}")
    directory = caller.directory
    try:
        csr = read_der(der)
        check_names(csr, found)
        if thumbprint_of(csr.public) == caller.known.thumbprint:
            raise Problem("badCSR", "the certificate must have another key than the account")
        issued = await issuing.issue(request, random, directory.signatory, directory.config, csr=csr, order=found)
    except InvalidRequest as error:
        raise Problem("badCSR", error.text) from error
    except RateLimited as error:
        raise rate_limited(error.text, error.retry_after_s) from error
    changed = replace(
        found,
        status=states.moved(states.ORDER, status, "issued"),
        serial=issued.serial,
        certificate_begins_at=issued.begins_at,
        certificate_expires_at=issued.expires_at,
        chain=issued.chain,
    )
    orders.keep(request, order_id, changed)
    owner = IssuedTo(
        account=caller.account_id,
        order=order_id,
        directory=caller.directory.path,
        renewal_id=issued.renewal_id,
    )
    request.view.write(rows.issued_row(issued.serial), owner)
    name = f"{caller.account_id}/{order_id}"
    request.view.delete(rows.by_time_row(found.expires_at, "order", name))
    request.view.write(rows.by_time_row(issued.expires_at, "order", name), Mark())
    return orders.reply(caller, order_id, changed, "valid")


def check_names(csr: CertificateRequest, order: Order) -> None:
    """Raise `Problem` unless the request names what was ordered, no more and no less.  (p)

    Names count in any case.  The common name is one of them.
    """
    names = csr.names
    if names.emails or names.uris or names.others or csr.unknown_names:
        raise Problem("badCSR", "the request may only have host names and IP addresses as alternative names")
    try:
        asked = {("dns", dns_name(each)) for each in names.dns} | {("ip", address(each)) for each in names.ips}
        if csr.common_name:
            asked.add(_common_name(csr.common_name))
    except Problem as problem:
        raise Problem("badCSR", problem.detail) from problem
    ordered = {each.pair for each in order.identifiers}
    if missing := sorted(value for _, value in ordered - asked):
        raise Problem("badCSR", f"the request lacks what was ordered: {', '.join(missing[:5])}")
    if more := sorted(value for _, value in asked - ordered):
        raise Problem("badCSR", f"the request names what was not ordered: {', '.join(more[:5])}")


def _common_name(text: str) -> tuple[str, str]:
    try:
        return ("ip", address(text))
    except Problem:
        return ("dns", dns_name(text))

"""How much one client may have the server store and do."""

from __future__ import annotations

import ipaddress
from typing import Final

from strongroom.engines.pki.acme import rows
from strongroom.engines.pki.acme.problems import rate_limited
from strongroom.engines.pki.acme.records import Totals
from strongroom.sdk import Request, replace

WINDOW_S: Final = 3 * 3600.0
ORDERS: Final = 1000
"""New orders of one account in a window."""
AUTHORIZATIONS: Final = 5000
"""New authorizations of one account in a window."""
ACCOUNTS_OF_ADDRESS: Final = 100
"""New accounts from one address, or IPv6 network of 64 bits, in a window.  Accounts with a binding aren't counted."""
ACCOUNTS: Final = 100_000
"""Accounts of one mount."""
_FULL_RETRY_S: Final = 3600.0


async def count_order(request: Request, account: str, identifiers: int) -> None:
    """Count a new order.  Raises `Problem` if the account has made too many."""
    name = f"account {account}"
    window = await rows.window_of(request.view, name, request.now, WINDOW_S)
    left_s = window.began_at + WINDOW_S - request.now
    if window.orders >= ORDERS:
        raise rate_limited(f"an account may make {ORDERS} orders in three hours", left_s)
    if window.authorizations + identifiers > AUTHORIZATIONS:
        raise rate_limited(f"an account may order {AUTHORIZATIONS} identifiers in three hours", left_s)
    counted = replace(window, orders=window.orders + 1, authorizations=window.authorizations + identifiers)
    rows.keep_window(request.view, name, counted, WINDOW_S)


def holder_of(address: str) -> str:
    """What one client may be taken to have: an IPv4 address, or the network of 64 bits of an IPv6 address.  (p)

    Each host has a whole such network, so that single addresses limit nobody.
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address  # empty on a Unix socket
    if isinstance(found, ipaddress.IPv4Address):
        return address
    return str(found.ipv4_mapped or ipaddress.ip_network((int(found) >> 64 << 64, 64)))


async def count_account(request: Request, *, bound: bool) -> None:
    """Count a new account.  Raises `Problem` if a stranger's address has too many, or the mount has.

    Who has a key for a binding, which an operator gave, is never kept out: not by what strangers have made either.
    """
    totals = await rows.totals_of(request.view)
    if not bound:
        if totals.accounts >= ACCOUNTS:
            raise rate_limited(f"the mount has {ACCOUNTS} ACME accounts, which is the most", _FULL_RETRY_S)
        name = f"address {holder_of(request.address)}"
        window = await rows.window_of(request.view, name, request.now, WINDOW_S)
        if window.accounts >= ACCOUNTS_OF_ADDRESS:
            text = f"{ACCOUNTS_OF_ADDRESS} accounts may be made from one address in three hours"
            raise rate_limited(text, window.began_at + WINDOW_S - request.now)
        rows.keep_window(request.view, name, replace(window, accounts=window.accounts + 1), WINDOW_S)
    request.view.write(rows.TOTALS, Totals(accounts=totals.accounts + 1))

"""`acme/mgmt/account/keyid`: accounts, for who administers the mount.

Source: https://developer.hashicorp.com/vault/api-docs/secret/pki/issuance#acme-account-management
"""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.engines.pki.acme import rows, states
from strongroom.engines.pki.acme.records import Account
from strongroom.engines.pki.issuing.rules import moments
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import Body, Doc, Page, Request, Response, check_segment_name, listed, path, replace

_MOST_ORDERS = 100
_EVENTS = {"revoked": "disabled", "valid": "enabled"}


class StatusFields(Body, frozen=True):
    """What becomes of an account."""

    status: Annotated[str, Doc(description="`revoked` disables the account, `valid` enables it again.")] = ""


class AcmeManagementPaths:
    """Accounts, for operators."""

    @path.list_("acme/mgmt/account/keyid")
    async def list_acme_accounts(self, request: Request, body: Page) -> Response:
        """Lists the ids of all ACME accounts."""
        return listed(await request.view.list(rows.ACCOUNTS, after=body.after, limit=body.most))

    @path.read("acme/mgmt/account/keyid/{keyid}")
    async def read_acme_account(self, request: Request, keyid: str) -> Response:
        """Reads an ACME account, and its orders."""
        account = await _known(request, keyid)
        return Response(data=await _shown(request, keyid, account))

    @path.write("acme/mgmt/account/keyid/{keyid}")
    async def write_acme_account(self, request: Request, keyid: str, body: StatusFields) -> Response:
        """Disables an ACME account, or enables it again."""
        account = await _known(request, keyid)
        if body.status not in _EVENTS:
            raise InvalidRequest("status must be revoked or valid")
        if body.status != account.status:
            try:
                status = states.moved(states.ACCOUNT, account.status, _EVENTS[body.status])
            except states.IllegalMove:
                raise InvalidRequest(f"the account is {account.status}, which can't be undone") from None
            account = replace(account, status=status, revoked_at=request.now if status == "revoked" else 0.0)
            request.view.write(rows.ACCOUNTS + keyid, account)
        return Response(data=await _shown(request, keyid, account))


async def _known(request: Request, keyid: str) -> Account:
    check_segment_name(keyid)
    account = await rows.account_of(request.view, keyid)
    if account is None:
        raise NotFound
    return account


async def _shown(request: Request, keyid: str, account: Account) -> dict[str, Any]:
    names = await request.view.list(rows.orders_of(keyid), limit=_MOST_ORDERS)
    orders = [(each, await rows.order_of(request.view, keyid, each)) for each in names]
    shown: dict[str, Any] = {
        "key_id": keyid,
        "status": account.status,
        "contacts": list(account.contact),
        "created_time": moments.shown(account.created_at),
        "directory": f"{account.directory}/directory",
        "orders": [
            {
                "order_id": each,
                "status": order.status,
                "identifiers": [identifier.value for identifier in order.identifiers],
                "order_expiry": moments.shown(order.expires_at),
                "cert_serial_number": order.serial,
                "cert_expiry": moments.shown(order.certificate_expires_at) if order.certificate_expires_at else "",
            }
            for each, order in orders
            if order is not None
        ],
    }
    if account.revoked_at:
        shown["revoked_time"] = moments.shown(account.revoked_at)
    if account.eab_key_id:
        shown["eab"] = {
            "eab_id": account.eab_key_id,
            "directory": f"{account.directory}/directory",
            "created_time": moments.shown(account.eab_created_at),
        }
    return shown

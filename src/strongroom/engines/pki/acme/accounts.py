"""Accounts: made, found, changed, given another key, deactivated.

Source: RFC 8555, section 7.3
"""

from __future__ import annotations

from typing import Any, Final

from strongroom.engines.pki.acme import eab, limits, requests, rows, states
from strongroom.engines.pki.acme.directory import Directory
from strongroom.engines.pki.acme.problems import Problem, malformed
from strongroom.engines.pki.acme.records import Account, AccountOfKey, Mark
from strongroom.engines.pki.acme.serving import Caller, Reply, account_with
from strongroom.sdk import Random, replace, uuid4

_MOST_CONTACTS: Final = 10
_MOST_CONTACT: Final = 320


async def new_account(caller: Caller, random: Random) -> Reply:
    """Make the account of the request's key, or find it."""
    request, directory = caller.request, caller.directory
    payload = caller.payload()
    found = await account_with(request, directory, caller.key)
    if found is not None:
        account_id, account = found
        if account.status != "valid":
            raise Problem("unauthorized", f"the account of this key is {account.status}")
        return _reply(directory, account_id, account)
    if payload.get("onlyReturnExisting") is True:
        raise Problem("accountDoesNotExist", "no account has this key")
    contact = contacts(payload.get("contact", []))
    binding = await eab.bound(caller, payload.get("externalAccountBinding"))
    await limits.count_account(request, bound=binding is not None)
    account_id = request.once("acme account", lambda: uuid4(random))
    account = Account(
        directory=directory.path,
        thumbprint=caller.key.thumbprint(),
        jwk=caller.key.jwk(),
        created_at=request.now,
        contact=contact,
        terms_of_service_agreed=payload.get("termsOfServiceAgreed") is True,
    )
    if binding is not None:
        key_id, key = binding
        request.view.delete(rows.BINDINGS + key_id)  # it binds one account
        account = replace(
            account, eab_key_id=key_id, eab_created_at=key.created_at, allowed_identifiers=key.allowed_identifiers
        )
    keep(caller, account_id, account)
    request.view.write(rows.account_key_row(directory.path, account.thumbprint), AccountOfKey(account=account_id))
    request.view.write(rows.by_time_row(request.now, "account", account_id), Mark())
    return _reply(directory, account_id, account, status=201)


async def account(caller: Caller, account_id: str) -> Reply:
    """Show the account, change its contacts, or deactivate it."""
    known = caller.known
    if account_id != caller.account_id:
        raise Problem("unauthorized", "an account can only be seen by its own key")
    if not caller.signed.is_read:
        payload = caller.payload()
        if "status" in payload:
            if payload["status"] != "deactivated":
                raise malformed('the status of an account can only be set to "deactivated"')
            status = states.moved(states.ACCOUNT, known.status, "deactivated")
            known = replace(known, status=status, revoked_at=caller.request.now)
        elif "contact" in payload:
            known = replace(known, contact=contacts(payload["contact"]))
        if known is not caller.known:
            keep(caller, account_id, known)
    return _reply(caller.directory, account_id, known)


async def key_change(caller: Caller) -> Reply:
    """Give the account another key.  The request holds one that the new key has signed.  Source: section 7.3.5"""
    known, directory, view = caller.known, caller.directory, caller.request.view
    inner = requests.parse(caller.payload(), needs_nonce=False)
    if inner.key is None:
        raise malformed('the inner request of a key change must hold the new key as "jwk"')
    if inner.url != caller.signed.url:
        raise malformed("the inner request of a key change is for another URL than the outer one")
    requests.check_signature(inner, inner.key)
    said = requests.json_object(inner.payload, "payload of the inner request")
    if said.get("account") != caller.signed.kid:
        raise malformed("the inner request of a key change names another account")
    if requests.public_key(said.get("oldKey")).thumbprint() != known.thumbprint:
        raise malformed("the inner request of a key change names another old key than the account has")
    taken = await account_with(caller.request, directory, inner.key)
    if taken is not None:
        raise Problem(
            "malformed",
            "an account has the new key already",
            status=409,
            headers=(("Location", directory.of("account", taken[0])),),
        )
    changed = replace(known, thumbprint=inner.key.thumbprint(), jwk=inner.key.jwk())
    view.delete(rows.account_key_row(directory.path, known.thumbprint))
    view.write(rows.account_key_row(directory.path, changed.thumbprint), AccountOfKey(account=caller.account_id))
    keep(caller, caller.account_id, changed)
    return _reply(directory, caller.account_id, changed)


def keep(caller: Caller, account_id: str, account: Account) -> None:
    """Store an account."""
    caller.request.view.write(rows.ACCOUNTS + account_id, account)


def contacts(value: Any) -> tuple[str, ...]:
    """The contacts of an account.  (p)  Raises `Problem`."""
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise malformed('"contact" must be a list of texts')
    if len(value) > _MOST_CONTACTS:
        raise malformed(f"an account may have {_MOST_CONTACTS} contacts")
    for each in value:
        scheme, colon, rest = each.partition(":")
        if scheme != "mailto" or not colon:
            raise Problem("unsupportedContact", "contacts begin with mailto:")
        at = rest.rpartition("@")
        if len(each) > _MOST_CONTACT or not each.isprintable() or not (at[0] and at[2]) or "?" in rest or "," in rest:
            raise Problem("unsupportedContact", "a contact is one mail address, and has no fields")
    return tuple(value)


def shown(directory: Directory, account: Account) -> dict[str, Any]:
    """The account as its client sees it.  (p)"""
    return {
        "status": account.status,
        "contact": list(account.contact),
        "termsOfServiceAgreed": account.terms_of_service_agreed,
        "orders": directory.of("orders"),
    }


def _reply(directory: Directory, account_id: str, account: Account, status: int = 200) -> Reply:
    return Reply(shown(directory, account), status, directory.of("account", account_id))

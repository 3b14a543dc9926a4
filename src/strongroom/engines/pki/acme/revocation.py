"""Revokes a certificate for who has its key, or for an account that it was issued to or that has proved its names.

Source: RFC 8555, section 7.6
"""

from __future__ import annotations

from typing import Any

from strongroom.crypto.acme_certificates import serial_in
from strongroom.crypto.certified_names import certified_names
from strongroom.crypto.public_keys import key_of_certificate
from strongroom.crypto.revocation_lists import reasons
from strongroom.engines.pki.acme import issuing, requests, rows
from strongroom.engines.pki.acme.problems import Problem, malformed
from strongroom.engines.pki.acme.records import IssuedTo, Proved
from strongroom.engines.pki.acme.serving import Caller, Reply, account_with
from strongroom.lib.errors import Tampered


async def revoke(caller: Caller) -> Reply:
    """Revoke a certificate."""
    payload = caller.payload()
    der = requests.der_member(payload, "certificate")
    reason = _reason(payload)
    try:
        serial = serial_in(der)
    except Tampered as error:
        raise malformed(error.text) from error
    stored = await issuing.certificate(caller.request.view, serial)
    if stored != der:
        raise Problem("malformed", "the certificate was not issued here", status=404)
    if caller.account is None:
        await _check_key(caller, der)
    else:
        await _check_account(caller, serial, der)
    if await issuing.is_revoked(caller.request.view, serial):
        raise Problem("alreadyRevoked", "the certificate was revoked before")
    await issuing.revoke(caller.request, der, reason)
    return Reply()


async def _check_key(caller: Caller, der: bytes) -> None:
    key = key_of_certificate(der)
    if key is None or key.thumbprint() != caller.key.thumbprint():
        if await account_with(caller.request, caller.directory, caller.key) is not None:
            raise malformed('an account signs by its URL ("kid"), and the key in "jwk" is not that of the certificate')
        raise Problem("unauthorized", "the request is signed with another key than the certificate has")


async def _check_account(caller: Caller, serial: str, der: bytes) -> None:
    issued = await caller.request.view.read(rows.issued_row(serial), IssuedTo)
    if issued is not None and issued.account == caller.account_id:
        return
    names = certified_names(der)
    if names and all([await _has_proved(caller, kind, value) for kind, value in names]):
        return
    raise Problem("unauthorized", "the certificate was not issued to this account, which has not proved its names")


async def _has_proved(caller: Caller, kind: str, value: str) -> bool:
    row = rows.proved_row(caller.account_id, caller.directory.path, kind, value)
    found = await caller.request.view.read(row, Proved)
    return found is not None and caller.request.now < found.expires_at


def _reason(payload: dict[str, Any]) -> int:
    """The code of the reason.  Raises `Problem` for one that isn't taken."""
    reason = payload.get("reason")
    if reason is None:
        return reasons.UNSPECIFIED
    if type(reason) is not int or reason not in reasons.NAMES:
        taken = ", ".join(f"{code} ({name})" for code, name in reasons.NAMES.items())
        raise Problem("badRevocationReason", f"the reason is none of {taken}")
    return reason

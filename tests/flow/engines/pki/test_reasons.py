"""Why a certificate was revoked: what lists, OCSP and the certificate's own path say."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import ReasonFlags, ocsp

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Operation
from tests.flow.engines.pki.revocations import Lists, number

REASONS = {
    "keyCompromise": ReasonFlags.key_compromise,
    "CACOMPROMISE": ReasonFlags.ca_compromise,
    "affiliationChanged": ReasonFlags.affiliation_changed,
    "superseded": ReasonFlags.superseded,
    "cessationOfOperation": ReasonFlags.cessation_of_operation,
    "privilegeWithdrawn": ReasonFlags.privilege_withdrawn,
    "aACompromise": ReasonFlags.aa_compromise,
    "unspecified": None,
    "": None,
}


async def told(lists: Lists, issued: dict[str, Any]) -> tuple[ReasonFlags | None, ReasonFlags | None, str]:
    """What the list, OCSP and the certificate's path say."""
    serial = issued["serial_number"]
    entry = (await lists.crl()).get_revoked_certificate_by_serial_number(number(serial))
    assert entry is not None
    said = [each.value.reason for each in entry.extensions if isinstance(each.value, x509.CRLReason)]
    leaf, above = (x509.load_pem_x509_certificate(issued[name].encode()) for name in ("certificate", "issuing_ca"))
    asked = ocsp.OCSPRequestBuilder().add_certificate(leaf, above, SHA256()).build()
    data = base64.b64encode(asked.public_bytes(serialization.Encoding.DER)).decode()
    response = await lists.mount.ask(Operation.UPDATE, "ocsp", {"ocsp_request": data})
    assert response is not None and response.raw is not None
    answer = ocsp.load_der_ocsp_response(response.raw.content)
    assert answer.certificate_status is ocsp.OCSPCertStatus.REVOKED
    shown = (await lists.read(f"cert/{serial}")).get("revocation_reason", "")
    return (said[0] if said else None), answer.revocation_reason, shown


@pytest.mark.parametrize(("name", "flag"), REASONS.items())
async def test_a_reason_is_told(name: str, flag: ReasonFlags | None) -> None:
    """By all three; one that isn't specified is left out, as RFC 5280 wants it."""
    lists = await Lists.with_role()
    issued = await lists.issue()
    await lists.revoke(serial_number=issued["serial_number"], **({"reason": name} if name else {}))
    in_list, by_ocsp, shown = await told(lists, issued)
    assert (in_list, by_ocsp) == (flag, flag)
    assert shown == (flag.value if flag is not None else "")


async def test_every_way_to_revoke_takes_a_reason() -> None:
    """By the key, by a role, and of an issuer.  The first reason stays."""
    lists = await Lists.with_role()
    one, two = await lists.issue(), await lists.issue()
    key = {"private_key": one["private_key"]}
    await lists.write("revoke-with-key", serial_number=one["serial_number"], reason="superseded", **key)
    await lists.write("roles/any/revoke", serial_number=two["serial_number"], reason="keyCompromise")
    await lists.revoke(serial_number=two["serial_number"], reason="superseded")
    assert await told(lists, one) == (ReasonFlags.superseded, ReasonFlags.superseded, "superseded")
    assert (await told(lists, two))[0] is ReasonFlags.key_compromise
    below = await lists.add_issuer("below")
    await lists.write("issuer/below/revoke", reason="cACompromise")
    issuer = {"serial_number": below.serial, "issuing_ca": one["issuing_ca"]}
    issuer["certificate"] = (await lists.read(f"cert/{below.serial}"))["certificate"]
    assert (await told(lists, issuer))[0] is ReasonFlags.ca_compromise


@pytest.mark.parametrize("name", ["certificateHold", "removeFromCRL", "key", "1", "kéy", " "])
async def test_other_reasons_are_refused(name: str) -> None:
    """Nothing is revoked then."""
    lists = await Lists.with_role()
    issued = await lists.issue()
    await lists.add_issuer("below")
    for path in ("revoke", "issuer/below/revoke"):
        with pytest.raises(InvalidRequest, match="is none of unspecified, keyCompromise"):
            await lists.write(path, serial_number=issued["serial_number"], reason=name)
    assert await lists.listed() == set()
    assert (await lists.read("issuer/below"))["revoked"] is False

"""Lists that a request describes: combined from several, or out of nothing."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography import x509

from strongroom.lib.errors import InvalidRequest
from tests.flow.engines.pki.revocations import Lists, number

RESIGN = "issuer/default/resign-crls"
SIGN = "issuer/default/sign-revocation-list"
ENTRY = {"serial_number": "11", "revocation_time": "2023-01-02T03:04:05Z"}


async def pem(lists: Lists, path: str = "crl/pem") -> str:
    """A list of the mount."""
    response = await lists.raw(path)
    assert response.raw is not None
    return response.raw.content.decode()


async def test_lists_of_one_issuer_are_combined() -> None:
    """Each certificate stands on the new list once, with the number and the time that were asked for."""
    lists = await Lists.with_role()
    one, two = [await lists.issue() for _ in range(2)]
    await lists.revoke(serial_number=one["serial_number"])
    first = await pem(lists)
    await lists.revoke(serial_number=two["serial_number"])
    second = await pem(lists)
    made = await lists.write(RESIGN, crls=[first, second, first], crl_number=50, next_update="1h")
    read = x509.load_pem_x509_crl(made["crl"].encode())
    assert sorted(each.serial_number for each in read) == sorted(number(each["serial_number"]) for each in (one, two))
    assert read.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 50
    assert read.next_update_utc is not None
    assert read.next_update_utc.timestamp() == lists.now + 3600
    issuer = x509.load_pem_x509_certificate(one["issuing_ca"].encode())
    assert read.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]


async def test_entries_of_a_request() -> None:
    """Serial numbers, times and extensions stand on the list as they were given, in DER as well."""
    lists = await Lists.with_role()
    reason = {"id": "2.5.29.21", "value": base64.b64encode(b"\x0a\x01\x01").decode()}
    entries = [
        {"serial_number": "11:22", "revocation_time": "2023-01-02T03:04:05Z", "extensions": [reason]},
        {"serial_number": "33-44", "revocation_time": "2023-01-02T03:04:05.5+01:00"},
    ]
    point = {"id": "1.2.3.4", "critical": True, "value": base64.b64encode(b"\x05\x00").decode()}
    made = await lists.write(
        SIGN, revoked_certs=entries, extensions=[point], format="der", crl_number=5, delta_crl_base_number=4
    )
    read = x509.load_der_x509_crl(base64.b64decode(made["crl"]))
    one, two = sorted(read, key=lambda each: each.serial_number)
    assert (one.serial_number, two.serial_number) == (0x1122, 0x3344)
    assert one.revocation_date_utc.isoformat() == "2023-01-02T03:04:05+00:00"
    assert two.revocation_date_utc.isoformat() == "2023-01-02T02:04:05+00:00"
    assert one.extensions.get_extension_for_class(x509.CRLReason).value.reason is x509.ReasonFlags.key_compromise
    assert read.extensions.get_extension_for_class(x509.DeltaCRLIndicator).value.crl_number == 4
    assert [each.critical for each in read.extensions if each.oid.dotted_string == "1.2.3.4"] == [True]


@pytest.mark.parametrize("path", [RESIGN, SIGN])
async def test_nothing_makes_an_empty_list(path: str) -> None:
    """A request without entries gets a list without entries."""
    made = await (await Lists.with_role()).write(path)
    assert len(list(x509.load_pem_x509_crl(made["crl"].encode()))) == 0


@pytest.mark.parametrize(
    ("path", "fields", "said"),
    [
        (RESIGN, {"crls": ["x"]}, "failed decoding crl 0: invalid crl; should be one PEM block only"),
        (RESIGN, {"crls": ["-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----"]}, "failed decoding crl 0"),
        (RESIGN, {"format": "text"}, "format"),
        (RESIGN, {"crl_number": -1}, "crl_number"),
        (RESIGN, {"crl_number": 1 << 70}, "crl_number"),
        (RESIGN, {"delta_crl_base_number": -2}, "delta_crl_base_number"),
        (RESIGN, {"next_update": "0s"}, "next_update"),
        (RESIGN, {"next_update": "9000000h"}, "next_update"),
        (SIGN, {"revoked_certs": "x"}, "is a list"),
        (SIGN, {"revoked_certs": ["x"]}, "is no map"),
        (SIGN, {"revoked_certs": [{}]}, "missing required 'serial_number' for entry 0"),
        (SIGN, {"revoked_certs": [{"serial_number": "zz"}]}, "failed parsing serial_number from entry 0"),
        (SIGN, {"revoked_certs": [{"serial_number": "11" * 21}]}, "failed parsing serial_number"),
        (SIGN, {"revoked_certs": [ENTRY, ENTRY]}, "duplicate"),
        (SIGN, {"revoked_certs": [{"serial_number": "11", "revocation_time": "yesterday"}]}, "revocation_time"),
        (SIGN, {"revoked_certs": [{"serial_number": "11"}]}, "missing 'revocation_time' field"),
        (SIGN, {"revoked_certs": [{"serial_number": "11", "revocation_time": 5}]}, "revocation_time"),
        (SIGN, {"revoked_certs": [{**ENTRY, "revocation_time": "9999-12-31T23:59:59-23:59"}]}, "revocation_time"),
        (SIGN, {"revoked_certs": [{**ENTRY, "revocation_time": "0001-01-01T00:00:00+23:59"}]}, "revocation_time"),
        (SIGN, {"extensions": [{"id": "1.2.3", "value": "BQA=", "critical": "x"}]}, "critical of the extension 1.2.3"),
        (SIGN, {"revoked_certs": [{**ENTRY, "extensions": "x"}]}, "extensions"),
        (SIGN, {"extensions": [{"id": "2.5.29.20", "value": "BQA="}]}, "it is the CRL number"),
        (SIGN, {"extensions": [{"id": "x", "value": "BQA="}]}, "no DER"),
        (SIGN, {"extensions": [{"id": "1.2.3", "value": "!"}]}, "no DER"),
        (SIGN, {"extensions": [{"id": "1.2.3", "value": "BQ=="}]}, "no DER"),
        (SIGN, {"extensions": [{"id": "1.2.3", "value": "BQA="}] * 2}, "twice"),
        (SIGN, {"extensions": [{"value": "BQA="}]}, "with an id"),
    ],
)
async def test_what_is_refused(path: str, fields: dict[str, Any], said: str) -> None:
    """A wrong request, by the name of what is wrong."""
    with pytest.raises(InvalidRequest, match=said):
        await (await Lists.with_role()).write(path, **fields)


async def test_lists_of_others() -> None:
    """Those that another key has signed aren't combined, even under the same name."""
    lists, others = await Lists.with_role(), await Lists.with_role()
    with pytest.raises(InvalidRequest, match="hasn't signed it"):
        await lists.write(RESIGN, crls=[await pem(others)])

"""OCSP: questions by POST and GET, answers of the mount, as another library reads them."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp

from strongroom.crypto import der, der_values
from strongroom.engines.pki.issuers import rows as issuer_rows
from strongroom.sdk import Operation, Response, View, replace
from tests.flow.engines.pki.revocations import Lists

SHA1, SHA256, SHA384, SHA512 = hashes.SHA1(), hashes.SHA256(), hashes.SHA384(), hashes.SHA512()
NONCE = b"0123456789abcdef"


def question(issued: dict[str, Any], hashed: Any = SHA1, nonce: bytes = b"", issuer: str = "") -> bytes:
    """What a client asks about a certificate."""
    leaf = x509.load_pem_x509_certificate(issued["certificate"].encode())
    above = x509.load_pem_x509_certificate((issuer or issued["issuing_ca"]).encode())
    builder = ocsp.OCSPRequestBuilder().add_certificate(leaf, above, hashed)
    if nonce:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    return builder.build().public_bytes(serialization.Encoding.DER)


async def posted(lists: Lists, data: bytes) -> Response:
    """The answer to a question in a body."""
    response = await lists.mount.ask(
        Operation.UPDATE, "ocsp", {"ocsp_request": base64.b64encode(data).decode()} if data else {}
    )
    assert response is not None and response.raw is not None
    assert response.raw.content_type == "application/ocsp-response"
    return response


async def asked(lists: Lists, data: bytes) -> ocsp.OCSPResponse:
    """The answer, read."""
    response = await posted(lists, data)
    assert response.raw is not None
    return ocsp.load_der_ocsp_response(response.raw.content)


def is_by(answer: ocsp.OCSPResponse, issuer: str) -> bool:
    """Whether an EC issuer's key has signed an answer."""
    key = x509.load_pem_x509_certificate(issuer.encode()).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey) and answer.signature_hash_algorithm is not None
    key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(answer.signature_hash_algorithm))
    return True


@pytest.mark.parametrize("hashed", [SHA1, SHA256, SHA384, SHA512])
@pytest.mark.parametrize("nonce", [b"", NONCE])
async def test_good_then_revoked(hashed: Any, nonce: bytes) -> None:
    """The very next answer says that a certificate was revoked, though the last one was kept ready."""
    lists = await Lists.with_role()
    issued = await lists.issue()
    data = question(issued, hashed, nonce)
    before = await asked(lists, data)
    assert before.certificate_status is ocsp.OCSPCertStatus.GOOD
    assert is_by(before, issued["issuing_ca"])
    await lists.revoke(serial_number=issued["serial_number"])
    after = await asked(lists, data)
    assert after.certificate_status is ocsp.OCSPCertStatus.REVOKED
    assert after.revocation_time_utc is not None
    assert after.revocation_time_utc.timestamp() == lists.now
    assert after.next_update_utc is not None
    assert after.next_update_utc.timestamp() == lists.now + 12 * 3600
    assert after.responder_name == x509.load_pem_x509_certificate(issued["issuing_ca"].encode()).subject
    found = [each.value.nonce for each in after.extensions if isinstance(each.value, x509.OCSPNonce)]
    assert found == ([nonce] if nonce else [])


async def test_answers_without_a_nonce_are_kept_ready() -> None:
    """For an eighth of their time, byte for byte; with a nonce, each one is made."""
    lists = await Lists.with_role()
    issued = await lists.issue()
    first = (await posted(lists, question(issued))).raw
    lists.later(60)
    assert (await posted(lists, question(issued))).raw == first
    with_nonce = (await posted(lists, question(issued, nonce=NONCE))).raw
    assert (await posted(lists, question(issued, nonce=NONCE))).raw != with_nonce
    lists.later(2 * 3600)
    answer = await asked(lists, question(issued))
    assert answer.this_update_utc.timestamp() == lists.now


@pytest.mark.parametrize(
    ("usual", "spelled"),
    [
        ("06052b0e03021a0500", "0681052b0e03021a0500"),  # a length in two bytes
        ("06052b0e03021a0500", "06052b0e03021a058100"),
    ],
)
async def test_an_answer_is_kept_for_one_spelling_of_a_question(usual: str, spelled: str) -> None:
    """Strangers could fill the memory with others, of which there are any number: those are answered each time."""
    lists = await Lists.with_role()
    data = question(await lists.issue())
    assert usual in data.hex()
    longer = _longer(data, bytes.fromhex(usual), bytes.fromhex(spelled))
    first = await posted(lists, longer)
    lists.later(60)
    second = await posted(lists, longer)
    assert second.raw != first.raw
    assert (first.status, second.status) == (0, 0)  # neither is a refusal


def _longer(data: bytes, part: bytes, other: bytes) -> bytes:
    """A question with another part, and with the lengths of all that the part lies in."""
    at = data.index(part)
    grown = bytearray(data.replace(part, other))
    for header in range(0, at, 2):  # the headers of a short question are two bytes each, one right after the other
        assert grown[header] == 0x30 and grown[header + 1] < 0x7F
        grown[header + 1] += len(other) - len(part)
    return bytes(grown)


async def test_nonces_may_be_ignored() -> None:
    """The setting gives the answer that is ready whatever is asked; clients that insist on a nonce see none."""
    lists = await Lists.with_role()
    issued = await lists.issue()
    await lists.write("config/crl", ocsp_nonce="ignore")
    first = await posted(lists, question(issued, nonce=NONCE))
    assert (await posted(lists, question(issued, nonce=NONCE[::-1]))).raw == first.raw
    assert not list((await asked(lists, question(issued, nonce=NONCE))).extensions)


async def test_unknown_certificates() -> None:
    """Of a known issuer: one that another issuer of the same name has issued, revoked or not."""
    lists = await Lists.with_role()
    issued = await lists.issue()
    await lists.write("root/generate/internal", common_name="Root", key_type="ec", issuer_name="other")
    await lists.role(issuer_ref="other")
    other = await lists.issue()
    assert (await asked(lists, question(other))).certificate_status is ocsp.OCSPCertStatus.GOOD
    crossed = question(other, issuer=issued["issuing_ca"])
    assert (await asked(lists, crossed)).certificate_status is ocsp.OCSPCertStatus.UNKNOWN
    await lists.revoke(serial_number=other["serial_number"])
    assert (await asked(lists, crossed)).certificate_status is ocsp.OCSPCertStatus.UNKNOWN
    assert (await asked(lists, question(other))).certificate_status is ocsp.OCSPCertStatus.REVOKED


async def test_certificates_of_others() -> None:
    """They are unknown; the default issuer says so."""
    lists, others = await Lists.with_role(), await Lists.with_role(common_name="Others")
    issued = await lists.issue()
    answer = await asked(lists, question(await others.issue()))
    assert answer.certificate_status is ocsp.OCSPCertStatus.UNKNOWN
    assert is_by(answer, issued["issuing_ca"])


async def test_never_stored_certificates() -> None:
    """They are good, until they are revoked: roles may keep their certificates from being stored."""
    lists = await Lists.with_role()
    await lists.role(no_store=True)
    issued = await lists.issue()
    assert (await asked(lists, question(issued))).certificate_status is ocsp.OCSPCertStatus.GOOD
    await lists.revoke(certificate=issued["certificate"])
    assert (await asked(lists, question(issued))).certificate_status is ocsp.OCSPCertStatus.REVOKED


def _by_hash(algorithm: bytes, name: bytes = b"n" * 20) -> bytes:
    """A question whose hash function is described by these bytes."""
    serial, digest = der_values.integer(5), der.encoded(der_values.OCTET_STRING, name)
    named = der_values.sequence((der_values.sequence((algorithm,)), digest, digest, serial))
    for _ in range(4):
        named = der_values.sequence((named,))
    return named


_SHA1 = bytes.fromhex("06052b0e03021a")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"garbage",
        b"\x30\x03\x0a\x01\x00",
        _by_hash(_SHA1 + der.encoded(der_values.OCTET_STRING, b"x" * 60_000)),
        _by_hash(_SHA1 + der_values.NULL + der_values.NULL),
        _by_hash(der.encoded(der_values.OBJECT_IDENTIFIER, b"\x81" * 60_000 + b"\x01")),
        _by_hash(der.encoded(der_values.OBJECT_IDENTIFIER, b"\x80" + _SHA1[2:])),
        _by_hash(_SHA1, b"n" * 65),
    ],
)
async def test_malformed_questions(data: bytes) -> None:
    """The answer is one of OCSP, with the status 400."""
    response = await posted(await Lists.with_role(), data)
    assert response.raw is not None
    assert (response.status, response.raw.content) == (400, bytes.fromhex("30030a0101"))


@pytest.mark.parametrize(("length", "status"), [(0, 400), (1, 0), (128, 0), (129, 400)])
async def test_lengths_of_nonces(length: int, status: int) -> None:
    """From 1 to 128 bytes; others are malformed, with the status 400.  Source: RFC 9654, section 2.1"""
    lists = await Lists.with_role()
    asked_for = ocsp.load_der_ocsp_request(question(await lists.issue()))
    builder = ocsp.OCSPRequestBuilder().add_certificate_by_hash(
        asked_for.issuer_name_hash, asked_for.issuer_key_hash, asked_for.serial_number, SHA1
    )
    builder = builder.add_extension(x509.OCSPNonce(b"n" * length), critical=False)
    response = await posted(lists, builder.build().public_bytes(serialization.Encoding.DER))
    assert response.status == status


async def test_who_doesnt_answer() -> None:
    """Issuers that may not, and a mount without issuers or where OCSP is off: unauthorized, with the status 401."""
    lists = await Lists.with_role()
    issued = await lists.issue()
    unauthorized = (401, bytes.fromhex("30030a0106"))

    async def refused(data: bytes, lists: Lists = lists) -> bool:
        response = await posted(lists, data)
        assert response.raw is not None
        return (response.status, response.raw.content) == unauthorized

    assert await refused(question(issued), Lists(await Lists.mount_without_issuers()))
    assert not await refused(question(issued))
    await lists.write("config/crl", ocsp_disable=True)
    assert await refused(question(issued))
    assert await refused(b"garbage")
    await lists.write("config/crl", ocsp_disable=False)

    async def work(view: View) -> None:
        issuer_rows.keep(view, replace(await issuer_rows.referred(view, "default"), usage=("crl-signing",)))

    await lists.change(work)
    assert await refused(question(issued))


async def test_questions_in_paths() -> None:
    """In base64 with slashes, escaped once or twice, without padding, and in the alphabet for URLs."""
    lists = await Lists.with_role()
    spelled = 0
    for number in range(60):
        issued = await lists.issue(f"{number}.example")
        text = base64.b64encode(question(issued, SHA256)).decode()
        if "/" not in text or "+" not in text:
            continue
        spelled += 1
        other = text.translate(str.maketrans("+/", "-_"))
        for each in (text, text.rstrip("="), quote(text, safe=""), other):
            response = await lists.raw(f"ocsp/{each}")
            assert response.raw is not None
            answer = ocsp.load_der_ocsp_response(response.raw.content)
            assert answer.certificate_status is ocsp.OCSPCertStatus.GOOD
    assert spelled


@pytest.mark.parametrize("path", ["!!!", "AAAA", "M", "MAMK", "M" * 100_000, "%", "%ff", "M=A"])
async def test_paths_that_hold_no_question(path: str) -> None:
    """They are malformed, whatever they are."""
    response = await (await Lists.with_role()).raw(f"ocsp/{path}")
    assert response.raw is not None
    assert (response.status, response.raw.content) == (400, bytes.fromhex("30030a0101"))


@pytest.mark.parametrize(("expiry", "lasts_s"), [("1h", 3600), ("0s", None), ("5s", 5)])
async def test_how_long_answers_are_valid(expiry: str, lasts_s: int | None) -> None:
    """As the setting says; 0 makes answers that don't say it."""
    lists = await Lists.with_role()
    await lists.write("config/crl", ocsp_expiry=expiry)
    answer = await asked(lists, question(await lists.issue()))
    until = answer.next_update_utc
    assert (None if until is None else until.timestamp() - lists.now) == lasts_s


@pytest.mark.parametrize("key", [{"key_type": "rsa", "key_bits": 3072}, {"key_type": "ed25519"}, {"key_type": "rsa"}])
async def test_issuers_with_other_keys(key: dict[str, Any]) -> None:
    """Slow keys sign beside the loop; what comes out is the same kind of answer."""
    lists = await Lists.with_role(**key)
    issued = await lists.issue()
    for nonce in (b"", NONCE):
        assert (await asked(lists, question(issued, nonce=nonce))).certificate_status is ocsp.OCSPCertStatus.GOOD
    await lists.revoke(serial_number=issued["serial_number"])
    for nonce in (b"", NONCE):
        assert (await asked(lists, question(issued, nonce=nonce))).certificate_status is ocsp.OCSPCertStatus.REVOKED

"""Questions to the responders of certificate authorities whether a certificate is revoked, and their answers.

Source: RFC 6960
"""

from __future__ import annotations

import enum
import hashlib
import warnings
from collections.abc import Collection
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.x509 import ocsp

from strongroom.crypto import chains, der
from strongroom.crypto.certificates import Certificate, certificate_of_der
from strongroom.crypto.pem import WEAK_HASHES
from strongroom.crypto.unreadable import UNREADABLE
from strongroom.lib.errors import InvalidRequest

_SKEW_S = 300.0
"""How far the clock of a responder may be ahead."""
WITHOUT_END_S = 24 * 3600.0
"""How long a response counts that doesn't say for how long.  Otherwise an old one could be sent for ever."""


class Standing(enum.Enum):
    """What a responder says of a certificate."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answer:
    """A response whose signature was verified."""

    standing: Standing
    until: float
    """When it ceases to count, in seconds since the epoch; 0 if it doesn't say so, and isn't to be kept."""


class Unproved(Exception):
    """A response that proves nothing; the text says why."""


def question(leaf: Certificate, issuer: Certificate, nonce: bytes) -> bytes:
    """The request about a certificate, in DER.

    Args:
        issuer: which has issued the certificate. nonce: repeated by responders that don't send what they have prepared.
    """
    builder = ocsp.OCSPRequestBuilder().add_certificate(leaf.x509, issuer.x509, hashes.SHA1())  # noqa: S303 - a name
    return builder.add_extension(x509.OCSPNonce(nonce), critical=False).build().public_bytes(serialization.Encoding.DER)


def answer(
    data: bytes,
    leaf: Certificate,
    issuer: Certificate,
    *,
    nonce: bytes,
    now: float,
    max_age_s: float = 0.0,
    signers: Collection[Certificate] = (),
) -> Answer:
    """What a response says of a certificate.

    Args:
        issuer: which has issued the certificate. nonce: that of the request.
        max_age_s: how old it may be; 0 for as old as it says itself.
        signers: further certificates whose signature counts.

    Raises: `Unproved`.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            response = ocsp.load_der_ocsp_response(data)
            if response.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
                raise Unproved(f"the responder answered {response.response_status.name.lower()}")
            _check_signer(response, issuer, signers, now)
            _check_nonce(response, nonce)
            return _said(response, leaf, issuer, now, max_age_s)
    except (InvalidRequest, *UNREADABLE) as error:
        raise Unproved("the response can't be read") from error


def _said(response: ocsp.OCSPResponse, leaf: Certificate, issuer: Certificate, now: float, max_age_s: float) -> Answer:
    single = next((each for each in response.responses if _is_about(each, leaf, issuer)), None)
    if single is None:
        raise Unproved("the response is about another certificate")
    this_update, next_update = single.this_update_utc.timestamp(), single.next_update_utc
    if this_update > now + _SKEW_S:
        raise Unproved("the response is from the future")
    until = this_update + WITHOUT_END_S if next_update is None else next_update.timestamp()
    if max_age_s:
        until = min(until, this_update + max_age_s)
    if now > until:
        raise Unproved("the response is out of date")
    standing = {
        ocsp.OCSPCertStatus.GOOD: Standing.GOOD,
        ocsp.OCSPCertStatus.REVOKED: Standing.REVOKED,
    }.get(single.certificate_status, Standing.UNKNOWN)
    return Answer(standing, 0.0 if next_update is None else until)


def _is_about(single: ocsp.OCSPSingleResponse, leaf: Certificate, issuer: Certificate) -> bool:
    hashed = single.hash_algorithm.name
    if hashed not in {"sha1", "sha224", "sha256", "sha384", "sha512"}:
        return False
    # The key without its algorithm: the bit string of the SubjectPublicKeyInfo, without the count of unused bits.
    key = issuer.x509.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    bits = list(der.elements(der.element(key)[1]))[1][1][1:]
    return (
        single.serial_number == leaf.serial_number
        and single.issuer_name_hash == hashlib.new(hashed, leaf.issuer).digest()
        and single.issuer_key_hash == hashlib.new(hashed, bits).digest()
    )


def _check_nonce(response: ocsp.OCSPResponse, nonce: bytes) -> None:
    try:
        repeated = response.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce
    except x509.ExtensionNotFound:
        return
    if repeated != nonce:
        raise Unproved("the response is one to another question")


def _check_signer(
    response: ocsp.OCSPResponse, issuer: Certificate, signers: Collection[Certificate], now: float
) -> None:
    """Raise `Unproved` unless the issuer, one that it has delegated to, or a registered one has signed.

    Source: RFC 6960, section 4.2.2.2
    """
    if any(not each.weakness and not each.valid_at(now) and _signed(response, each) for each in (issuer, *signers)):
        return
    for each in response.certificates[: chains.MOST_SENT]:
        delegate = certificate_of_der(each.public_bytes(serialization.Encoding.DER))
        is_fit = delegate.is_for_ocsp and not delegate.weakness and not delegate.valid_at(now)
        is_delegated = is_fit and chains.may_have_issued(issuer, delegate) and chains.has_issued(issuer, delegate)
        if is_delegated and _signed(response, delegate):
            return
    raise Unproved("the response isn't signed by the certificate's issuer, nor by whom that has delegated it to")


def _signed(response: ocsp.OCSPResponse, signer: Certificate) -> bool:
    signature, message, hashed = response.signature, response.tbs_response_bytes, response.signature_hash_algorithm
    if hashed is not None and hashed.name in WEAK_HASHES:
        return False
    try:
        match signer.x509.public_key():
            case rsa.RSAPublicKey() as key if hashed is not None:
                key.verify(signature, message, padding.PKCS1v15(), hashed)
            case ec.EllipticCurvePublicKey() as key if hashed is not None:
                key.verify(signature, message, ec.ECDSA(hashed))
            case ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey() as key:
                key.verify(signature, message)
            case _:
                return False
    except InvalidSignature:
        return False
    return True

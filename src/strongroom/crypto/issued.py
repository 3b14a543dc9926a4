"""Who has signed a certificate, for those who ask that alone: no policy says here what may be relied on."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from OpenSSL import crypto

from strongroom.crypto.certificates import Certificate
from strongroom.crypto.unreadable import UNREADABLE
from strongroom.lib.errors import InvalidRequest


@dataclass(frozen=True, slots=True)
class ListTimes:
    """When a list of revoked certificates was made, and when the next one is due, in seconds since the epoch."""

    this_update: float
    next_update: float


def times_of_list(pem: str) -> ListTimes:
    """The times of a list, of a delta too.  Raises `InvalidRequest` for what is no list in PEM."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            loaded = x509.load_pem_x509_crl(pem.encode("utf-8", "surrogatepass"))
            ends = loaded.next_update_utc or loaded.last_update_utc
            return ListTimes(loaded.last_update_utc.timestamp(), ends.timestamp())
    except UNREADABLE as error:
        raise InvalidRequest("it is no list of revoked certificates in PEM") from error


def is_root(certificate: Certificate) -> bool:
    """Whether it names itself as its issuer, and has signed itself."""
    return certificate.is_self_issued and is_signed_by(certificate, certificate)


def is_signed_by(certificate: Certificate, issuer: Certificate) -> bool:
    """Whether the issuer is an authority, and its key has signed the certificate, whatever names stand in it."""
    if not issuer.is_ca or not _signs_certificates(issuer.x509):
        return False
    signed = certificate.x509
    try:
        key = issuer.x509.public_key()
        message, signature = signed.tbs_certificate_bytes, signed.signature
        parameters = signed.signature_algorithm_parameters
        match key, parameters:
            case rsa.RSAPublicKey(), _ if parameters is not None and signed.signature_hash_algorithm is not None:
                key.verify(signature, message, parameters, signed.signature_hash_algorithm)  # type: ignore[arg-type]
            case ec.EllipticCurvePublicKey(), ec.ECDSA():
                key.verify(signature, message, parameters)
            case ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey(), None:
                key.verify(signature, message)
            case _:
                return False
    except (InvalidSignature, *UNREADABLE):
        return False
    return True


def _signs_certificates(authority: x509.Certificate) -> bool:
    try:
        return authority.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    except x509.ExtensionNotFound:
        return True


def is_proven_by(certificate: Certificate, issuer: Certificate, now: float) -> bool:
    """Whether who trusts the issuer has reason to trust the certificate, without any other one between the two.

    Args:
        now: seconds since the epoch.
    """
    if certificate == issuer:
        return not certificate.valid_at(now)
    store = crypto.X509Store()
    store.set_flags(crypto.X509StoreFlags.PARTIAL_CHAIN)
    store.set_time(datetime.fromtimestamp(now, UTC))
    try:
        store.add_cert(crypto.X509.from_cryptography(issuer.x509))
        crypto.X509StoreContext(store, crypto.X509.from_cryptography(certificate.x509)).verify_certificate()
    except (crypto.Error, crypto.X509StoreContextError):
        return False
    return is_signed_by(certificate, issuer)

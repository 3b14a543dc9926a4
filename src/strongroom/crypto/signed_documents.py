"""Verifies documents that others have signed with the key of a known certificate: PKCS #7, and detached RSA signatures.

Only the certificates that the caller names count, not those inside of a message.  SHA-1 with DSA, and RSA of 1024 bits,
are what AWS signs with: nobody but AWS chooses the documents, so collisions don't help.

Source: RFC 2315, section 9; RFC 5652, section 5;
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/verify-pkcs7.html
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, padding, rsa

from strongroom.crypto import ber, der
from strongroom.lib.errors import InvalidRequest, Tampered

MOST_BYTES = 64 * 1024
_MIN_BITS = 1024
_SIGNED = bytes.fromhex("2a864886f70d010702")
_DATA = bytes.fromhex("2a864886f70d010701")
_CONTENT_TYPE = bytes.fromhex("2a864886f70d010903")
_MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010904")
_HASHES: dict[bytes, tuple[str, hashes.HashAlgorithm]] = {
    bytes.fromhex("2b0e03021a"): ("sha1", hashes.SHA1()),  # noqa: S303 - see above
    bytes.fromhex("608648016503040201"): ("sha256", hashes.SHA256()),
    bytes.fromhex("608648016503040202"): ("sha384", hashes.SHA384()),
    bytes.fromhex("608648016503040203"): ("sha512", hashes.SHA512()),
}

_Key = rsa.RSAPublicKey | dsa.DSAPublicKey


def check_certificate(pem: str) -> None:
    """Raise `InvalidRequest` if it is no certificate in PEM, or one whose key can't sign documents."""
    try:
        _key_of(pem)
    except Tampered as error:
        raise InvalidRequest(f"the certificate can't be used: {error.text}") from error


def opened(data: bytes, certificates: Iterable[str]) -> bytes:
    """The content of a PKCS #7 message that the key of one of the certificates has signed.

    Args:
        data: DER or BER. certificates: PEM of each.

    Raises: `Tampered` for anything else.
    """
    if len(data) > MOST_BYTES:
        raise Tampered(f"it is longer than {MOST_BYTES} bytes")
    try:
        content, signer = _parts(ber.read(data))
        message, digest, signature = _message(content, signer)
    except (IndexError, ValueError) as error:
        raise Tampered("it is no PKCS #7 message with one signature") from error
    if not any(_fits(_key_of(pem), signature, message, digest) for pem in certificates):
        raise Tampered("the signature isn't one of a known certificate")
    return content


def fits(document: bytes, signature: bytes, certificates: Iterable[str]) -> bool:
    """Whether the RSA key of one of the certificates has signed a document, with SHA-256."""
    keys = [key for key in map(_key_of, certificates) if isinstance(key, rsa.RSAPublicKey)]
    return any(_fits(key, signature, document, hashes.SHA256()) for key in keys)


def _parts(outer: ber.Value) -> tuple[bytes, ber.Value]:
    """The content, and what the signer says.  Raises `IndexError` or `Tampered` for what has another form."""
    oid, explicit = outer.parts
    if outer.tag != 0x30 or oid.content != _SIGNED or explicit.tag != 0xA0:
        raise Tampered("it is no signed PKCS #7 message")
    (signed,) = explicit.parts
    inside, signers = signed.parts[2], signed.parts[-1]
    if inside.tag != 0x30 or inside.parts[0].content != _DATA or len(inside.parts) != 2 or signers.tag != 0x31:
        raise Tampered("it has no content of its own")
    (signer,) = signers.parts
    return inside.parts[1].octets(), signer


def _message(content: bytes, signer: ber.Value) -> tuple[bytes, hashes.HashAlgorithm, bytes]:
    """What was signed, by which digest, and the signature."""
    parts = list(signer.parts[2:])
    name, algorithm = _HASHES.get(parts.pop(0).parts[0].content, ("", hashes.SHA256()))
    if not name:
        raise Tampered("it is signed by an unknown digest")
    attributes = parts.pop(0) if parts[0].tag == 0xA0 else None
    signature = parts[1].octets()
    if attributes is None:
        return content, algorithm, signature
    if not attributes.definite:
        raise Tampered("its attributes aren't encoded in DER")
    found: dict[bytes, bytes] = {}
    for attribute in attributes.parts:
        oid, values = attribute.parts
        if oid.content in found or len(values.parts) != 1:
            raise Tampered("it has an attribute twice")
        found[oid.content] = values.parts[0].content
    digest = hashlib.new(name, content, usedforsecurity=False).digest()
    if found.get(_CONTENT_TYPE) != _DATA or not hmac.compare_digest(found.get(_MESSAGE_DIGEST, b""), digest):
        raise Tampered("its attributes are of another content")
    return _set_of(attributes.content), algorithm, signature


def _set_of(content: bytes) -> bytes:
    """The attributes as they are signed: as a set (RFC 5652, section 5.4)."""
    return der.encoded(0x31, content)


def _fits(key: _Key, signature: bytes, message: bytes, digest: hashes.HashAlgorithm) -> bool:
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, padding.PKCS1v15(), digest)
        else:
            key.verify(signature, message, digest)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


def _key_of(pem: str) -> _Key:
    try:
        key = x509.load_pem_x509_certificate(pem.strip().encode()).public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Tampered("it is no certificate in PEM") from error
    if not isinstance(key, rsa.RSAPublicKey | dsa.DSAPublicKey) or key.key_size < _MIN_BITS:
        raise Tampered(f"its key is neither RSA nor DSA of {_MIN_BITS} bits or more")
    return key

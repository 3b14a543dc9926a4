"""What is wrong with a PEM file that OpenSSL didn't take, in an operator's words (p).

OpenSSL answers most of these with one text, and some with none.
"""

from __future__ import annotations

import re
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from strongroom.crypto.pem_blocks import CONTENT

_LEAST_RSA_BITS: Final = 2048
"""What OpenSSL takes at its security level 2, the default of Debian.  Source: SSL_CTX_set_security_level(3)"""
_LEAST_CURVE_BITS: Final = 224
WEAK_HASHES: Final = ("md5", "sha1")
_BLOCK = re.compile(rf"-----BEGIN ([A-Z0-9 ]+)-----{CONTENT}-----END \1-----".encode())
_BEGIN = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----")
_HEADER_LINE = re.compile(rb"-----BEGIN [A-Z0-9 ]+-----[ \t]*\r?\n")
_CERTIFICATE: Final = (b"CERTIFICATE", b"X509 CERTIFICATE", b"TRUSTED CERTIFICATE")
_DER: Final = b"\x30"
_BYTE_ORDER_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")


def certificate_fault(content: bytes) -> str:
    """Why a file is no chain of certificates, as what follows its name; empty if nothing is to be seen."""
    if fault := _shape(content, "certificate", "openssl x509 -inform der -in FILE -out FILE.pem"):
        return fault
    labels = _BEGIN.findall(content)
    wanted = [match for match in _BLOCK.finditer(content) if match[1] in _CERTIFICATE]
    if not any(label in _CERTIFICATE for label in labels):
        return f"holds no certificate but a {labels[0].decode().lower()}"
    if len(wanted) < sum(label in _CERTIFICATE for label in labels):
        return "is cut off: a certificate in it has no end"
    for number, match in enumerate(wanted, 1):
        if fault := _one_fault(match[0]):
            return f"can't be used: certificate {number} in it {fault}"
    return ""


def key_fault(content: bytes) -> str:
    """Why a private key can't be used, as what follows its file's name."""
    if fault := _shape(content, "private key", "openssl pkey -inform der -in FILE -out FILE.pem"):
        return fault
    labels = [label.decode() for label in _BEGIN.findall(content)]
    if b"ENCRYPTED" in content:
        return "is encrypted; store the key without a passphrase"
    if "OPENSSH PRIVATE KEY" in labels:
        return "is a key in OpenSSH's form: ssh-keygen -p -m PEM -f FILE"
    if not any(label.endswith("PRIVATE KEY") for label in labels):
        return f"holds no PEM private key but a {labels[0].lower()}"
    block = next((match[0] for match in _BLOCK.finditer(content) if match[1].endswith(b"PRIVATE KEY")), None)
    if block is None:
        return "is cut off: the private key in it has no end"
    try:
        key = serialization.load_pem_private_key(block, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return "is damaged, or a key of a kind that isn't known here"
    return key_weakness(key) or "can't be used"


def place_of_key(certificates: bytes, key: bytes) -> int | None:
    """Which certificate of a chain the key belongs to, counted from 1; None if it is none's."""
    try:
        public = serialization.load_pem_private_key(key, None).public_key()
        chain = x509.load_pem_x509_certificates(certificates)
        return next((number for number, each in enumerate(chain, 1) if each.public_key() == public), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None


def _shape(content: bytes, what: str, command: str) -> str:
    if not content.strip():
        return "is empty"
    if content.startswith(_BYTE_ORDER_MARKS):
        return "is UTF-16: save it as plain text"
    if not _BEGIN.search(content):
        if content.startswith(_DER):
            return f"holds no PEM {what} but DER or PKCS #12: {command}"
        return f"holds no PEM {what}"
    if not _HEADER_LINE.search(content):
        return "has lost its line breaks"
    return ""


def _one_fault(pem: bytes) -> str:
    try:
        certificate = x509.load_pem_x509_certificate(pem)
        key = certificate.public_key()
    except (ValueError, TypeError):
        return "is damaged"
    except UnsupportedAlgorithm:
        return "has a key of a kind that isn't known here"
    if fault := key_weakness(key):
        return fault
    try:
        hashed = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return "is signed in a way that isn't known here"
    if hashed is not None and hashed.name in WEAK_HASHES and certificate.issuer != certificate.subject:
        return f"is signed with {hashed.name}, which is too weak: have it signed with SHA-256"
    return ""


def key_weakness(key: object) -> str:
    """Why a key, public or private, is too short to be relied on, as what follows "it"; empty if it isn't."""
    match key:
        case rsa.RSAPublicKey() | rsa.RSAPrivateKey() if key.key_size < _LEAST_RSA_BITS:
            return f"has an RSA key of {key.key_size} bits, which is too short: {_LEAST_RSA_BITS} are the least"
        case ec.EllipticCurvePublicKey() | ec.EllipticCurvePrivateKey() if key.curve.key_size < _LEAST_CURVE_BITS:
            return f"has a key on the curve {key.curve.name}, which is too short: use P-256"
    return ""

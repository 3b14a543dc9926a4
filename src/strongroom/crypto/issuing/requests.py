"""Certificate requests of others: what they ask for, and the proof that the sender has the key.

Source: RFC 2986; RFC 7468, section 7
"""

from __future__ import annotations

import base64
import binascii
import re
import warnings
from typing import Final

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

from strongroom.crypto import der
from strongroom.crypto.asymmetric import key_files
from strongroom.crypto.issuing.contents import Names, Raw
from strongroom.crypto.issuing.private_keys import CURVES
from strongroom.crypto.issuing.requested_names import CONTROL, alternatives
from strongroom.crypto.issuing.usages import KEY_USAGES
from strongroom.crypto.pem_blocks import CONTENT
from strongroom.crypto.unreadable import UNREADABLE
from strongroom.lib.errors import InvalidRequest

MOST_CHARACTERS: Final = 128 * 1024
"""Of a request in PEM.  One with the most names has less."""
MOST_EXTENSIONS: Final = 64
MOST_ELEMENTS: Final = 4096
"""Of its DER: each costs the reader microseconds.  One with the most names has fewer."""
MOST_RSA_BITS: Final = 16384
"""Longer keys take long to verify with; nobody has any."""
_BLOCK = re.compile(rf"-----BEGIN ([A-Z0-9 ]+)-----\s({CONTENT})-----END \1-----")
_LABELS: Final = ("CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST")
_UNPARSED: Final = "certificate request could not be parsed: "
_WEAK: Final = ("md5", "sha1")


class Constraints(msgspec.Struct, frozen=True):
    """Basic constraints."""

    authority: bool
    path_length: int | None


class CertificateRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request whose signature fits its key.  Nothing in it is approved yet."""

    public: bytes
    """SubjectPublicKeyInfo in DER."""
    key_type: str
    """`rsa`, `ec` or `ed25519`."""
    key_bits: int
    """Of the modulus or the curve; 0 for Ed25519."""
    subject: x509.Name
    """As it stands in the request."""
    common_name: str = ""
    """The last one of several."""
    serial_number: str = ""
    user_ids: tuple[str, ...] = ()
    names: Names = Names()
    unknown_names: tuple[str, ...] = ()
    """Kinds of alternative names that `names` can't hold, such as `directory name`."""
    key_usage: tuple[str, ...] = ()
    """Bits as in `Draft.key_usage`."""
    ext_key_usage: tuple[str, ...] = ()
    """Object identifiers."""
    constraints: Constraints | None = None
    subject_key_id: bytes = b""
    extensions: tuple[Raw, ...] = ()
    """All of them, those that the other fields show too."""

    @property
    def is_nameless(self) -> bool:
        """Whether the subject is empty, so that only alternative names say whose the certificate is."""
        return not self.subject.rdns


def read_pem(text: str) -> CertificateRequest:
    """The first block of a text in PEM.

    Raises: `InvalidRequest` if there is none, or as `read_der` does.
    """
    if not text:
        raise InvalidRequest('"csr" is empty')
    if len(text) > MOST_CHARACTERS:
        raise InvalidRequest(f"a certificate request has at most {MOST_CHARACTERS} characters, this has {len(text)}")
    block = _BLOCK.search(text)
    if block is None:
        raise InvalidRequest("csr contains no data")
    if block[1] not in _LABELS:
        raise InvalidRequest(f"{_UNPARSED}it is a {block[1].lower()}")
    try:
        data = base64.b64decode("".join(block[2].split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidRequest(f"{_UNPARSED}the block isn't base64") from error
    return read_der(data)


def read_der(data: bytes) -> CertificateRequest:
    """A request in DER.

    Raises: `InvalidRequest` for one that is malformed or too large, whose key is of a kind that certificates aren't
        issued for, or whose signature is broken.
    """
    if len(data) > MOST_CHARACTERS:
        raise InvalidRequest(f"a certificate request has at most {MOST_CHARACTERS} bytes, this has {len(data)}")
    if der.has_more_than(MOST_ELEMENTS, data):
        raise InvalidRequest(f"a certificate request has at most {MOST_ELEMENTS} elements of ASN.1")
    with warnings.catch_warnings():
        # They concern names and numbers that others have chosen.
        warnings.simplefilter("ignore")
        try:
            request = x509.load_der_x509_csr(data)
            public = request.public_key()
        except UNREADABLE as error:
            raise InvalidRequest(f"{_UNPARSED}{error}") from error
        key_type, bits = _kind(public)
        _check_signature(request)
        try:
            return _read(request, key_files.spki(public), key_type, bits)
        except UNREADABLE as error:
            raise InvalidRequest(f"{_UNPARSED}{error}") from error


def _kind(public: object) -> tuple[str, int]:
    match public:
        case rsa.RSAPublicKey() if public.key_size <= MOST_RSA_BITS:
            return "rsa", public.key_size
        case ec.EllipticCurvePublicKey() if isinstance(public.curve, tuple(CURVES.values())):
            return "ec", public.curve.key_size
        case ed25519.Ed25519PublicKey():
            return "ed25519", 0
        case rsa.RSAPublicKey():
            raise InvalidRequest(f"{_UNPARSED}RSA keys have at most {MOST_RSA_BITS} bits, this has {public.key_size}")
        case ec.EllipticCurvePublicKey():
            raise InvalidRequest(f"{_UNPARSED}unsupported elliptic curve {public.curve.name}")
    raise InvalidRequest(f"{_UNPARSED}keys are of RSA, on a NIST curve, or Ed25519")


def _check_signature(request: x509.CertificateSigningRequest) -> None:
    """Without this, a client could have a certificate for the key of another."""
    try:
        hashed = request.signature_hash_algorithm
        if hashed is not None and hashed.name in _WEAK:
            raise InvalidRequest(f"request signature invalid: {hashed.name} is too weak, sign with SHA-256")
        valid = request.is_signature_valid
    except UNREADABLE as error:
        raise InvalidRequest("request signature invalid", detail=str(error)) from error
    if not valid:
        raise InvalidRequest("request signature invalid")


def _read(request: x509.CertificateSigningRequest, public: bytes, key_type: str, bits: int) -> CertificateRequest:
    extensions = request.extensions
    if len(extensions) > MOST_EXTENSIONS:
        raise InvalidRequest(f"a certificate request has at most {MOST_EXTENSIONS} extensions")
    subject = request.subject
    common_names = _attributes(subject, NameOID.COMMON_NAME)
    serial_numbers = _attributes(subject, NameOID.SERIAL_NUMBER)
    found: dict[type[x509.ExtensionType], x509.ExtensionType] = {type(each.value): each.value for each in extensions}
    names, unknown = Names(), tuple[str, ...]()
    key_usage, ext_key_usage = tuple[str, ...](), tuple[str, ...]()
    constraints, own_id = None, b""
    if isinstance(value := found.get(x509.SubjectAlternativeName), x509.SubjectAlternativeName):
        names, unknown = alternatives(value)
    if isinstance(value := found.get(x509.KeyUsage), x509.KeyUsage):
        key_usage = _key_usage(value)
    if isinstance(value := found.get(x509.ExtendedKeyUsage), x509.ExtendedKeyUsage):
        ext_key_usage = tuple(each.dotted_string for each in value)
    if isinstance(value := found.get(x509.BasicConstraints), x509.BasicConstraints):
        constraints = Constraints(value.ca, value.path_length)
    if isinstance(value := found.get(x509.SubjectKeyIdentifier), x509.SubjectKeyIdentifier):
        own_id = value.digest
    return CertificateRequest(
        public=public,
        key_type=key_type,
        key_bits=bits,
        subject=subject,
        common_name=common_names[-1] if common_names else "",
        serial_number=serial_numbers[-1] if serial_numbers else "",
        user_ids=_attributes(subject, NameOID.USER_ID),
        names=names,
        unknown_names=unknown,
        key_usage=key_usage,
        ext_key_usage=ext_key_usage,
        constraints=constraints,
        subject_key_id=own_id,
        extensions=tuple(Raw(each.oid.dotted_string, each.critical, each.value.public_bytes()) for each in extensions),
    )


def _attributes(subject: x509.Name, oid: x509.ObjectIdentifier) -> tuple[str, ...]:
    found = []
    for attribute in subject.get_attributes_for_oid(oid):
        value = attribute.value
        # A common name with a NUL is one name for who reads bytes, and another one for who reads C strings.
        if not isinstance(value, str) or CONTROL.search(value):
            raise InvalidRequest(f"{_UNPARSED}the subject has an attribute that is no text")
        found.append(value)
    return tuple(found)


def _key_usage(value: x509.KeyUsage) -> tuple[str, ...]:
    bits = [bit for bit in KEY_USAGES.values() if bit not in ("encipher_only", "decipher_only")]
    if value.key_agreement:
        bits += ["encipher_only", "decipher_only"]
    return tuple(bit for bit in bits if getattr(value, bit))

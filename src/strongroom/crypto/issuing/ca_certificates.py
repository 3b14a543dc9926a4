"""Certificates of authorities, as issuers are made of them: what they say, and which one has signed which.

Source: RFC 5280, sections 4.1, 4.2.1.9 and 6.1
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from strongroom.crypto.asymmetric.key_files import spki
from strongroom.crypto.issuing.contents import Raw
from strongroom.crypto.unreadable import UNREADABLE
from strongroom.lib.errors import InvalidRequest

E = TypeVar("E", bound=x509.ExtensionType)

_KINDS = {rsa.RSAPublicKey: "rsa", ec.EllipticCurvePublicKey: "ec", ed25519.Ed25519PublicKey: "ed25519"}


@dataclass(frozen=True, slots=True)
class CaCertificate:
    """A certificate of an authority, and what decides where in a chain it stands."""

    der: bytes = field(repr=False)
    subject: bytes = field(repr=False)
    """The name in DER, as is `issuer`: names are compared by their bytes."""
    issuer: bytes = field(repr=False)
    public: bytes = field(repr=False)
    """SubjectPublicKeyInfo in DER."""
    serial: int
    not_before: int
    """Seconds since the epoch, as is `not_after`."""
    not_after: int
    is_authority: bool
    path_length: int | None
    """How many authorities may stand between it and a leaf; None for any number."""
    key_id: bytes = field(repr=False)
    """The subject key identifier; empty if it has none, as is `authority_key_id`."""
    authority_key_id: bytes = field(repr=False)
    key_type: str
    """`rsa`, `ec` or `ed25519`; empty for a key of another type."""
    loaded: x509.Certificate = field(repr=False)

    @classmethod
    def load(cls, der: bytes) -> CaCertificate:
        """Read a certificate.  Raises `InvalidRequest` for one that can't be read."""
        try:
            loaded = x509.load_der_x509_certificate(der)
            public = loaded.public_key()
            constraints = _extension(loaded, x509.BasicConstraints)
            own = _extension(loaded, x509.SubjectKeyIdentifier)
            above = _extension(loaded, x509.AuthorityKeyIdentifier)
            return cls(
                der=der,
                subject=loaded.subject.public_bytes(),
                issuer=loaded.issuer.public_bytes(),
                public=spki(public),
                serial=loaded.serial_number,
                not_before=int(loaded.not_valid_before_utc.timestamp()),
                not_after=int(loaded.not_valid_after_utc.timestamp()),
                is_authority=constraints is not None and constraints.ca,
                path_length=constraints.path_length if constraints is not None else None,
                key_id=own.digest if own is not None else b"",
                authority_key_id=(above.key_identifier or b"") if above is not None else b"",
                key_type=next((name for kind, name in _KINDS.items() if isinstance(public, kind)), ""),
                loaded=loaded,
            )
        except UNREADABLE as error:
            raise InvalidRequest("it is no certificate that can be read") from error

    @property
    def may_sign_certificates(self) -> bool:
        """Whether clients take certificates that its key has signed.  Source: RFC 5280, section 4.2.1.3"""
        usage = _extension(self.loaded, x509.KeyUsage)
        return usage is None or usage.key_cert_sign

    @property
    def may_sign_lists(self) -> bool:
        """Whether clients take lists of revoked certificates that its key has signed."""
        usage = _extension(self.loaded, x509.KeyUsage)
        return usage is None or usage.crl_sign

    @property
    def is_self_issued(self) -> bool:
        """Whether issuer and subject are the same name."""
        return self.subject == self.issuer

    @property
    def is_root(self) -> bool:
        """Whether it is signed by its own key."""
        return self.is_self_issued and self.issued(self)

    def issued(self, other: CaCertificate) -> bool:
        """Whether the key of this certificate has signed the other one."""
        if other.issuer != self.subject:
            return False
        if other.authority_key_id and self.key_id and other.authority_key_id != self.key_id:
            return False
        try:
            other.loaded.verify_directly_issued_by(self.loaded)
        except (InvalidSignature, *UNREADABLE):
            return False
        return True

    @property
    def extensions(self) -> tuple[Raw, ...]:
        """All extensions, as they stand."""
        return tuple(
            Raw(each.oid.dotted_string, each.critical, each.value.public_bytes()) for each in self.loaded.extensions
        )


def digest(data: bytes) -> str:
    """What a name, a key or a certificate is found by in an index."""
    return hashlib.sha256(data).hexdigest()


def _extension(certificate: x509.Certificate, type_: type[E]) -> E | None:
    try:
        return certificate.extensions.get_extension_for_class(type_).value
    except x509.ExtensionNotFound:
        return None

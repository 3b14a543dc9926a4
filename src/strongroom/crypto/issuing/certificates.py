"""Certificates, made from drafts and signed.

Source: RFC 5280, section 4.1
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from strongroom.crypto.asymmetric.formats import pem
from strongroom.crypto.issuing.contents import Draft
from strongroom.crypto.issuing.extensions import extensions
from strongroom.crypto.issuing.names import distinguished
from strongroom.crypto.issuing.private_keys import PrivateKey, public_of
from strongroom.crypto.issuing.signing import Scheme
from strongroom.lib.errors import InvalidRequest

LATEST = 253402300799
"""The last second of the year 9999, which stands for "never".  Source: RFC 5280, section 4.1.2.5."""


@dataclass(frozen=True, slots=True)
class Authority:
    """An issuer that can sign: its certificate and its key."""

    certificate: x509.Certificate
    key: PrivateKey = field(repr=False)
    key_id: bytes
    """The subject key identifier of its certificate; empty if it has none."""

    @classmethod
    def load(cls, certificate: bytes, key: PrivateKey) -> Authority:
        """An issuer of what is stored of it.

        Args:
            certificate: in DER.
        """
        loaded = x509.load_der_x509_certificate(certificate)
        try:
            key_id = loaded.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
        except x509.ExtensionNotFound:
            key_id = b""
        return cls(loaded, key, key_id)


def signed(draft: Draft, authority: Authority, scheme: Scheme) -> bytes:
    """A certificate by an authority: DER.  Raises `InvalidRequest` for contents that can't be encoded."""
    # Taken from its certificate as it stands: relying parties compare the bytes of names.
    return _built(draft, authority.certificate.subject, authority.key_id, authority.key, scheme)


def self_signed(draft: Draft, key: PrivateKey, scheme: Scheme) -> bytes:
    """A certificate that its own key has signed: DER.  Raises `InvalidRequest` as `signed` does."""
    return _built(draft, _subject(draft), b"", key, scheme)


def in_pem(der: bytes) -> str:
    """A certificate in PEM, with a line end."""
    return pem("CERTIFICATE", der)


def signs_itself(der: bytes) -> bool:
    """Whether a certificate is a root's, as far as its names tell."""
    certificate = x509.load_der_x509_certificate(der)
    return certificate.issuer == certificate.subject


def _subject(draft: Draft) -> x509.Name:
    return draft.subject if isinstance(draft.subject, x509.Name) else distinguished(draft.subject)


def _built(draft: Draft, issuer: x509.Name, authority_key_id: bytes, key: PrivateKey, scheme: Scheme) -> bytes:
    try:
        found = [x509.Extension(value.oid, critical, value) for value, critical in extensions(draft, authority_key_id)]
        if draft.others:
            _check_once(found)
        builder = x509.CertificateBuilder(
            issuer_name=issuer,
            subject_name=_subject(draft),
            public_key=public_of(draft.public),
            serial_number=draft.serial,
            not_valid_before=_time(draft.not_before),
            not_valid_after=_time(draft.not_after),
            extensions=found,
        )
        certificate = builder.sign(key.loaded, scheme.hash, rsa_padding=scheme.padding)
    except (ValueError, TypeError, OverflowError) as error:
        raise InvalidRequest(f"the certificate can't be made: {error}") from error
    return certificate.public_bytes(serialization.Encoding.DER)


def _check_once(found: list[x509.Extension[x509.ExtensionType]]) -> None:
    """Raise `ValueError` for an extension that is there twice: of which readers take different ones."""
    seen: set[x509.ObjectIdentifier] = set()
    for each in found:
        if each.oid in seen:
            raise ValueError(f"it would have the extension {each.oid.dotted_string} twice")
        seen.add(each.oid)


def _time(seconds: int) -> datetime:
    # The library takes times of UTC without a zone where they are given at once.
    return datetime.fromtimestamp(min(seconds, LATEST), UTC).replace(tzinfo=None)

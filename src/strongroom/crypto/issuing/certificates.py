"""Certificates, made from drafts and signed.

Source: RFC 5280, section 4.1
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography import x509

from strongroom.crypto import der_values
from strongroom.crypto.asymmetric.formats import pem
from strongroom.crypto.issuing.contents import Draft
from strongroom.crypto.issuing.extensions import Extension, extensions
from strongroom.crypto.issuing.names import distinguished
from strongroom.crypto.issuing.private_keys import PrivateKey
from strongroom.crypto.issuing.signing import Scheme
from strongroom.lib.errors import InvalidRequest

LATEST = 253402300799
"""The last second of the year 9999, which stands for "never".  Source: RFC 5280, section 4.1.2.5."""
_VERSION_3 = der_values.explicit(0, der_values.integer(2))
_EXTENSIONS = 3


@dataclass(frozen=True, slots=True)
class Authority:
    """An issuer that can sign: its certificate and its key."""

    certificate: x509.Certificate
    key: PrivateKey = field(repr=False)
    key_id: bytes
    """The subject key identifier of its certificate; empty if it has none."""
    name: bytes
    """The subject of its certificate, in DER."""

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
        return cls(loaded, key, key_id, loaded.subject.public_bytes())


def signed(draft: Draft, authority: Authority, scheme: Scheme) -> bytes:
    """A certificate by an authority: DER.  Raises `InvalidRequest` for contents that can't be encoded."""
    # Taken from its certificate as it stands: relying parties compare the bytes of names.
    return _built(draft, authority.name, authority.key_id, authority.key, scheme)


def self_signed(draft: Draft, key: PrivateKey, scheme: Scheme) -> bytes:
    """A certificate that its own key has signed: DER.  Raises `InvalidRequest` as `signed` does."""
    return _built(draft, b"", b"", key, scheme)


def in_pem(der: bytes) -> str:
    """A certificate in PEM, with a line end."""
    return pem("CERTIFICATE", der)


def signs_itself(der: bytes) -> bool:
    """Whether a certificate is a root's, as far as its names tell."""
    certificate = x509.load_der_x509_certificate(der)
    return certificate.issuer == certificate.subject


def _built(draft: Draft, issuer: bytes, authority_key_id: bytes, key: PrivateKey, scheme: Scheme) -> bytes:
    """The certificate, in DER.

    Args:
        issuer: its name, in DER; empty for the subject's.
    """
    try:
        found = list(extensions(draft, authority_key_id))
        if draft.others:
            _check_once(found)
        signer = scheme.signer(key)
        algorithm = signer.algorithm
        to_sign = _to_sign(draft, issuer, algorithm, found)
        return der_values.sequence((to_sign, algorithm, der_values.bit_string(signer.sign((to_sign,)))))
    except (ValueError, TypeError, OverflowError) as error:
        raise InvalidRequest(f"the certificate can't be made: {error}") from error


def _to_sign(draft: Draft, issuer: bytes, algorithm: bytes, found: list[Extension]) -> bytes:
    """The part that is signed.

    The library's builder reads the key anew, and what it has made: that takes as long as a signature by a curve.
    """
    named = draft.subject if isinstance(draft.subject, x509.Name) else distinguished(draft.subject)
    subject = named.public_bytes()
    return der_values.sequence(
        (
            _VERSION_3,
            der_values.integer(draft.serial),
            algorithm,
            issuer or subject,
            der_values.sequence(
                (der_values.time(draft.not_before), der_values.time(min(draft.not_after, LATEST))),
            ),
            subject,
            draft.public,
            der_values.explicit(_EXTENSIONS, der_values.sequence(each.encoded for each in found)),
        )
    )


def _check_once(found: list[Extension]) -> None:
    """Raise `ValueError` for an extension that is there twice: of which readers take different ones."""
    seen: set[str] = set()
    for each in found:
        if each.oid in seen:
            raise ValueError(f"it would have the extension {each.oid} twice")
        seen.add(each.oid)

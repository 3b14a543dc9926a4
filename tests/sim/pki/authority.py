"""Certificates of every kind, right and wrong, made on the spot."""

from __future__ import annotations

import datetime
import ipaddress
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

CLIENT = (ExtendedKeyUsageOID.CLIENT_AUTH,)
SERVER = (ExtendedKeyUsageOID.SERVER_AUTH,)
_serials = itertools.count(1000)


@dataclass(frozen=True)
class Issued:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: Any
    chain: tuple[bytes, ...] = ()
    """DER of the authorities above it, without the root."""

    @property
    def der(self) -> bytes:
        """The certificate's bytes."""
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self) -> str:
        """The certificate in PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def shown(self) -> tuple[bytes, ...]:
        """What a client shows: the certificate, and the authorities between it and the root."""
        return (self.der, *self.chain)

    def files(self, folder: Path, name: str) -> tuple[Path, Path]:
        """Write `name.pem`, with the chain, and `name.key`."""
        certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
        certificate.write_text(self.pem + "".join(map(pem_of, self.chain)))
        encoded = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        key.write_bytes(encoded)
        return certificate, key


def pem_of(der: bytes) -> str:
    """A certificate in PEM."""
    return x509.load_der_x509_certificate(der).public_bytes(serialization.Encoding.PEM).decode()


@dataclass
class Authority:
    """An authority that issues what it is told to.

    Args:
        now: the time around which certificates are valid, in seconds since the epoch.
    """

    now: float
    own: Issued
    _path: tuple[bytes, ...] = field(default=())

    @classmethod
    def root(cls, now: float, name: str = "Root", **options: Any) -> Authority:
        """One that vouches for itself."""
        return cls(now, make(now, name, None, is_ca=True, **options))

    def below(self, name: str, **options: Any) -> Authority:
        """One that this one vouches for."""
        own = make(self.now, name, self.own, is_ca=True, **options)
        return Authority(self.now, own, (own.der, *self._path))

    def issue(self, name: str | None = "web", **options: Any) -> Issued:
        """A certificate; options as for `make`."""
        made = make(self.now, name, self.own, **options)
        return Issued(made.certificate, made.key, self._path)

    @property
    def pem(self) -> str:
        """Its own certificate."""
        return self.own.pem

    def crl(
        self, *revoked: Issued, number: int = 1, days: float = 1.0, age_days: float = 0.5, pem: bool = True
    ) -> bytes:
        """A list of revoked certificates.

        Args:
            days: until the next one. age_days: since it was made.
        """
        start = moment(self.now - age_days * 86400)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.own.certificate.subject)
            .last_update(start)
            .next_update(moment(self.now + days * 86400))
            .add_extension(x509.CRLNumber(number), critical=False)
        )
        for each in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(each.certificate.serial_number)
            builder = builder.add_revoked_certificate(entry.revocation_date(start).build())
        encoding = serialization.Encoding.PEM if pem else serialization.Encoding.DER
        return builder.sign(self.own.key, hashes.SHA256()).public_bytes(encoding)

    def ocsp_response(
        self,
        asked: bytes,
        leaf: Issued,
        *,
        status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
        signer: Issued | None = None,
        age_s: float = 10.0,
        left_s: float | None = 3600.0,
        repeats_nonce: bool = True,
        about: Issued | None = None,
    ) -> bytes:
        """A response about a certificate that this authority has issued.

        Args:
            asked: the request. signer: signs in its place. about: another certificate that it speaks of.
            left_s: how long it counts; None if it doesn't say so.
        """
        request = ocsp.load_der_ocsp_request(asked)
        by = signer or self.own
        revoked = status is ocsp.OCSPCertStatus.REVOKED
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=(about or leaf).certificate,
            issuer=self.own.certificate,
            algorithm=hashes.SHA1(),
            cert_status=status,
            this_update=moment(self.now - age_s),
            next_update=None if left_s is None else moment(self.now + left_s),
            revocation_time=moment(self.now - 60) if revoked else None,
            revocation_reason=None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, by.certificate)
        if signer is not None:
            builder = builder.certificates([signer.certificate])
        if repeats_nonce:
            nonce = request.extensions.get_extension_for_class(x509.OCSPNonce).value
            builder = builder.add_extension(nonce, critical=False)
        hashed = None if "Ed" in type(by.key).__name__ else hashes.SHA256()
        return builder.sign(by.key, hashed).public_bytes(serialization.Encoding.DER)


def moment(seconds: float) -> datetime.datetime:
    """The time, in whole seconds."""
    return datetime.datetime.fromtimestamp(int(seconds), datetime.UTC)


def make(
    now: float,
    name: str | None,
    issuer: Issued | None,
    *,
    is_ca: bool = False,
    days: float = 30.0,
    age_days: float = 30.0,
    organization: str = "",
    units: Sequence[str] = (),
    dns: Sequence[str] = (),
    emails: Sequence[str] = (),
    uris: Sequence[str] = (),
    addresses: Sequence[str] = (),
    usages: Sequence[x509.ObjectIdentifier] | None = CLIENT,
    extensions: Sequence[tuple[str, bytes]] = (),
    critical: Sequence[tuple[str, bytes]] = (),
    ocsp_url: str = "",
    serial: int | None = None,
    key: Any = None,
    path_length: int | None = None,
    permitted_dns: str = "",
) -> Issued:
    """A certificate; signed by itself without an issuer."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    attributes = [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization)] if organization else []
    attributes += [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit) for unit in units]
    attributes += [x509.NameAttribute(NameOID.COMMON_NAME, name)] if name else []
    subject = x509.Name(attributes)
    by = issuer.key if issuer else key
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(serial or next(_serials))
        .not_valid_before(moment(now - age_days * 86400))
        .not_valid_after(moment(now + days * 86400))
        .add_extension(x509.BasicConstraints(is_ca, path_length if is_ca else None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )
    names: list[x509.GeneralName] = [x509.DNSName(each) for each in dns]
    names += [x509.RFC822Name(each) for each in emails]
    names += [x509.UniformResourceIdentifier(each) for each in uris]
    names += [x509.IPAddress(ipaddress.ip_address(each)) for each in addresses]
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=not attributes)
    if usages is not None and (not is_ca or usages is not CLIENT):
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
    if ocsp_url:
        described = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(ocsp_url))
        builder = builder.add_extension(x509.AuthorityInformationAccess([described]), critical=False)
    if permitted_dns:
        permitted = x509.NameConstraints([x509.DNSName(permitted_dns)], None)
        builder = builder.add_extension(permitted, critical=True)
    for is_critical, listed in ((False, extensions), (True, critical)):
        for oid, value in listed:
            extension = x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value)
            builder = builder.add_extension(extension, critical=is_critical)
    algorithm = None if "Ed" in type(by).__name__ else hashes.SHA256()
    return Issued(builder.sign(by, algorithm), key)

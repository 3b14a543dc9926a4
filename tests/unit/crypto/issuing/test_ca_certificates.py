"""What is read of the certificates of authorities, and which of them has signed which."""

from __future__ import annotations

import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from strongroom.crypto.issuing.ca_certificates import CaCertificate

BEGIN = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
KEYS = {name: ec.generate_private_key(ec.SECP256R1()) for name in ("root", "below", "other")}


def made(
    subject: str, key: str, issuer: str, by: str, *extensions: x509.ExtensionType, authority_key: str = ""
) -> CaCertificate:
    """A certificate of a key, signed by another; with an authority key identifier if it is to have one."""
    builder = x509.CertificateBuilder(
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]),
        KEYS[key].public_key(),
        x509.random_serial_number(),
        BEGIN,
        BEGIN + datetime.timedelta(days=1),
    ).add_extension(x509.SubjectKeyIdentifier.from_public_key(KEYS[key].public_key()), critical=False)
    if authority_key:
        above = x509.AuthorityKeyIdentifier.from_issuer_public_key(KEYS[authority_key].public_key())
        builder = builder.add_extension(above, critical=False)
    for each in extensions:
        builder = builder.add_extension(each, critical=True)
    signed = builder.sign(KEYS[by], hashes.SHA256())
    return CaCertificate.load(signed.public_bytes(serialization.Encoding.DER))


def usage(*, certificates: bool, lists: bool) -> x509.KeyUsage:
    """The key usage of an authority."""
    return x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=lists,
        encipher_only=False,
        decipher_only=False,
    )


@pytest.mark.parametrize(
    ("extensions", "certificates", "lists"),
    [
        ([], True, True),
        ([usage(certificates=True, lists=False)], True, False),
        ([usage(certificates=False, lists=True)], False, True),
    ],
)
def test_what_its_key_may_sign(extensions: list[x509.ExtensionType], certificates: bool, lists: bool) -> None:
    """Without the extension, everything."""
    found = made("Root", "root", "Root", "root", *extensions)
    assert (found.may_sign_certificates, found.may_sign_lists) == (certificates, lists)


def test_an_authority_by_its_constraints() -> None:
    """And how many may stand below it."""
    found = made("Root", "root", "Root", "root", x509.BasicConstraints(ca=True, path_length=1))
    assert (found.is_authority, found.path_length) == (True, 1)
    for extensions in ([], [x509.BasicConstraints(ca=False, path_length=None)]):
        none = made("Root", "root", "Root", "root", *extensions)
        assert (none.is_authority, none.path_length) == (False, None)


ROOT = made("Root", "root", "Root", "root")


@pytest.mark.parametrize(
    ("certificate", "is_by_root"),
    [
        (made("Below", "below", "Root", "root"), True),
        (made("Below", "below", "Root", "root", authority_key="root"), True),
        (made("Below", "below", "Root", "root", authority_key="other"), False),
        (made("Below", "below", "Root", "other", authority_key="root"), False),
        (made("Below", "below", "Root", "below"), False),
        (made("Below", "below", "Other", "root", authority_key="root"), False),
        (ROOT, True),
    ],
)
def test_which_one_the_root_has_signed(certificate: CaCertificate, is_by_root: bool) -> None:
    """Name, key identifier and signature have to fit."""
    assert ROOT.issued(certificate) is is_by_root


def test_only_a_root_signs_itself() -> None:
    """A certificate of the same name, signed by another key, is self-issued alone."""
    rolled = made("Root", "other", "Root", "root")
    assert (ROOT.is_self_issued, ROOT.is_root) == (True, True)
    assert (rolled.is_self_issued, rolled.is_root) == (True, False)
    assert not made("Below", "below", "Root", "root").is_self_issued

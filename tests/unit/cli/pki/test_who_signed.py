"""Which certificate was issued by which."""

from __future__ import annotations

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519

from strongroom.cli.pki.issuers import Issuer, compared
from strongroom.crypto.issued import is_proven_by, is_root, is_signed_by
from tests.unit.cli.pki.authorities import NOW, Made, rsa_key

ROOT = Made("root")
CHILD = Made("child", ROOT)
NAMESAKE = Made("root")
EXPIRED = Made("old", ROOT, days=-1)
LEAF = Made("leaf", ROOT, authority=False)
USAGE = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
NO_SIGNER = Made("root", key=ROOT.key, extensions=(USAGE,))


@pytest.mark.parametrize(
    ("key", "pss"),
    [(None, False), (rsa_key(), False), (rsa_key(), True), (ed25519.Ed25519PrivateKey.generate(), False)],
    ids=["ec", "rsa", "rsa-pss", "ed25519"],
)
def test_a_signature_is_recognised(key: object, pss: bool) -> None:
    """Of every kind of key, what it has signed is told from what another key has signed."""
    root = Made("root", key=key, pss=pss)
    child = Made("child", root, pss=pss)
    assert is_root(root.read)
    assert is_signed_by(child.read, root.read)
    assert not is_signed_by(child.read, ROOT.read)
    assert not is_root(child.read)


@pytest.mark.parametrize(
    ("certificate", "issuer", "signed", "proven"),
    [
        (CHILD, ROOT, True, True),
        (CHILD, NAMESAKE, False, False),
        (ROOT, CHILD, False, False),
        (ROOT, ROOT, True, True),
        (CHILD, CHILD, False, True),
        (EXPIRED, ROOT, True, False),
        (EXPIRED, EXPIRED, False, False),
        (LEAF, LEAF, False, True),
        (CHILD, NO_SIGNER, False, False),
    ],
    ids=["child", "namesake", "upwards", "root", "itself", "expired", "expired itself", "leaf", "no signer of any"],
)
def test_signature_and_trust(certificate: Made, issuer: Made, signed: bool, proven: bool) -> None:
    """Only an authority's own key makes a signature; only a certificate of today is trusted for it."""
    assert is_signed_by(certificate.read, issuer.read) is signed
    assert is_proven_by(certificate.read, issuer.read, NOW.timestamp()) is proven


def test_a_namesake_matches_by_name_alone() -> None:
    """Another authority of the same name matches in nothing but its subject."""
    found = compared(Issuer(NAMESAKE.read, (), ""), Issuer(CHILD.read, (CHILD.read, ROOT.read), ""))
    assert [name for name, value in found.items() if value] == ["subject_match"]

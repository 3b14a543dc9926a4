"""Which private key is that of a certificate."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from strongroom.crypto.certificates import certificate_of_der
from strongroom.crypto.revocation_lists.key_proofs import belongs_to
from strongroom.lib.errors import InvalidRequest
from tests.sim.pki import Authority

ROOT = Authority.root(1_700_000_000.0)
CERTIFICATE = certificate_of_der(ROOT.own.certificate.public_bytes(serialization.Encoding.DER))
FORMS = [serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL]


def written(
    key: ec.EllipticCurvePrivateKey, form: serialization.PrivateFormat = FORMS[0], password: bytes = b""
) -> str:
    """A key in PEM."""
    how = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, how).decode()


@pytest.mark.parametrize("form", FORMS)
def test_its_own_key(form: serialization.PrivateFormat) -> None:
    """In either form, with blanks around it up to the limit; another key of the same type isn't it."""
    own = written(ROOT.own.key, form)
    assert belongs_to(own, CERTIFICATE)
    assert belongs_to(own + "\n" * (16 * 1024 - len(own)), CERTIFICATE)
    assert not belongs_to(written(ec.generate_private_key(ec.SECP256R1()), form), CERTIFICATE)


@pytest.mark.parametrize(
    ("pem", "said"),
    [
        (written(ROOT.own.key) + "\n" * 16 * 1024, "longer than 16384 characters"),
        (written(ROOT.own.key, password=b"secret"), "no unencrypted key"),
        (written(ROOT.own.key).replace("M", "N"), "no unencrypted key"),
        (ROOT.own.certificate.public_bytes(serialization.Encoding.PEM).decode(), "no unencrypted key"),
        ("\ud800", "no unencrypted key"),
        ("", "no unencrypted key"),
    ],
)
def test_what_is_no_key(pem: str, said: str) -> None:
    """The error quotes nothing of it, and neither does what led to it."""
    with pytest.raises(InvalidRequest, match=said) as raised:
        belongs_to(pem, CERTIFICATE)
    assert raised.value.__cause__ is None

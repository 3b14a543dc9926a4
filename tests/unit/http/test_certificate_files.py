"""What is wrong with the files of certificate and key is told as it is."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from strongroom.http.settings import ListenerError, TlsSettings
from strongroom.http.tls import load_context

PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def _certificate(key: Key, name: str = "localhost") -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=9))
        .sign(key, hashes.SHA256())
    )


def _key(key: Key, encoding: serialization.Encoding = PEM, passphrase: bytes = b"") -> bytes:
    locked = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    return key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, locked)


CURVE, OTHER = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
SHORT = rsa.generate_private_key(65537, 1024)
NARROW = ec.generate_private_key(ec.SECP192R1())
CERT = _certificate(CURVE).public_bytes(PEM)
OTHER_CERT = _certificate(OTHER, "other").public_bytes(PEM)


@pytest.mark.parametrize(
    ("cert", "key", "told"),
    [
        (_certificate(SHORT).public_bytes(PEM), _key(SHORT), "cert certificate 1 in it has an RSA key of 1024 bits"),
        (CERT + _certificate(SHORT).public_bytes(PEM), _key(CURVE), "cert certificate 2 in it has an RSA key of 1024"),
        (
            _certificate(NARROW).public_bytes(PEM),
            _key(NARROW),
            "cert certificate 1 in it has a key on the curve",
        ),
        (_certificate(CURVE).public_bytes(DER), _key(CURVE), "cert holds no PEM certificate but DER or PKCS #12"),
        (b"", _key(CURVE), "cert is empty"),
        (b"\n \n", _key(CURVE), "cert is empty"),
        ("x".encode("utf-16"), _key(CURVE), "cert is UTF-16"),
        (CERT[:200], _key(CURVE), "cert is cut off: a certificate in it has no end"),
        (CERT.replace(b"\n", b""), _key(CURVE), "cert has lost its line breaks"),
        (_key(CURVE), _key(CURVE), "cert holds no certificate but a private key"),
        (CERT[:60] + b"!!!!" + CERT[64:], _key(CURVE), "cert can't be used: certificate 1 in it is damaged"),
        (b"no PEM", _key(CURVE), "cert holds no PEM certificate"),
        (CERT, b"", "key is empty"),
        (CERT, _key(CURVE, DER), "key holds no PEM private key but DER"),
        (CERT, _key(CURVE, PEM, b"pass"), "key is encrypted; store the key without a passphrase"),
        (CERT, CERT, "key holds no PEM private key but a certificate"),
        (CERT, _key(CURVE)[:100], "key is cut off"),
        (CERT, _key(OTHER), "key isn't the key of"),
        (OTHER_CERT + CERT, _key(CURVE), "it is that of certificate 2 in it, which has to come first"),
        (
            CERT,
            CURVE.private_bytes(PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()),
            "key is a key in OpenSSH's form",
        ),
    ],
    ids=lambda value: "file" if isinstance(value, bytes) else value,  # keys differ from run to run
)
def test_the_cause_is_told_with_the_file(tmp_path: Path, cert: bytes, key: bytes, told: str) -> None:
    """Setting, file, and what is wrong with it; never a part of the key."""
    (tmp_path / "cert").write_bytes(cert)
    (tmp_path / "key").write_bytes(key)
    with pytest.raises(ListenerError) as caught:
        load_context(TlsSettings(cert_file=tmp_path / "cert", key_file=tmp_path / "key"))
    text = str(caught.value)
    file, _, cause = told.partition(" ") if told.startswith(("cert ", "key ")) else ("key", "", told)
    assert text.startswith(f"tls_{file}_file: {tmp_path / file} ")
    assert cause in text


def test_line_ends_of_windows_and_a_byte_order_mark_do_no_harm(tmp_path: Path) -> None:
    """Files that were edited elsewhere are taken as they are."""
    (tmp_path / "cert").write_bytes(b"\xef\xbb\xbf" + CERT.replace(b"\n", b"\r\n"))
    (tmp_path / "key").write_bytes(b"\xef\xbb\xbf" + _key(CURVE).replace(b"\n", b"\r\n"))
    load_context(TlsSettings(cert_file=tmp_path / "cert", key_file=tmp_path / "key"))


def test_an_authority_file_is_told_of_in_the_same_way(tmp_path: Path) -> None:
    """`tls_client_ca_file` in DER."""
    for name, content in (("cert", CERT), ("key", _key(CURVE)), ("ca", _certificate(CURVE).public_bytes(DER))):
        (tmp_path / name).write_bytes(content)
    settings = TlsSettings(cert_file=tmp_path / "cert", key_file=tmp_path / "key", client_ca_file=tmp_path / "ca")
    with pytest.raises(ListenerError, match=f"tls_client_ca_file: {tmp_path / 'ca'} holds no PEM certificate but DER"):
        load_context(settings)

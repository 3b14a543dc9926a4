"""Reading certificate requests."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from strongroom.crypto.der import encoded
from strongroom.crypto.issuing import requests
from strongroom.crypto.issuing.requests import CertificateRequest, Constraints, read_der, read_pem
from strongroom.lib.errors import InvalidRequest

_CONFIG = """
[req]
distinguished_name = dn
prompt = no
req_extensions = ext
[dn]
O = Org
CN = www.example.com
serialNumber = 77
UID = me
[ext]
subjectAltName = DNS:a.example.com, email:me@example.com, IP:1.2.3.4, IP:2001:db8::1, URI:spiffe://a/b, otherName:1.2.3;UTF8:x
keyUsage = critical, digitalSignature, keyCertSign
extendedKeyUsage = codeSigning, 1.2.3.4
basicConstraints = critical, CA:TRUE, pathlen:3
1.2.3.4.5 = ASN1:UTF8String:hi
"""  # noqa: E501 - OpenSSL's lines


def _openssl(
    directory: Path, *options: str, config: str = _CONFIG, key: tuple[str, ...] = ("-newkey", "ed25519")
) -> str:
    (directory / "config").write_text(config)
    done = subprocess.run(
        ["openssl", "req", "-new", "-nodes", "-config", "config", "-keyout", "key.pem", *key, *options],
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _plain(directory: Path, *options: str, subject: str = "/CN=a.com") -> str:
    done = subprocess.run(
        ["openssl", "req", "-new", "-nodes", "-keyout", "key.pem", "-subj", subject, *options],
        cwd=directory,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_all_that_a_request_says_is_read(tmp_path: Path) -> None:
    """Subject, names, usages, constraints and unknown extensions are those that OpenSSL wrote."""
    found = read_pem(_openssl(tmp_path))

    assert (found.key_type, found.key_bits) == ("ed25519", 0)
    assert (found.common_name, found.serial_number, found.user_ids) == ("www.example.com", "77", ("me",))
    assert found.names.dns == ("a.example.com",)
    assert found.names.emails == ("me@example.com",)
    assert found.names.ips == ("1.2.3.4", "2001:db8::1")
    assert found.names.uris == ("spiffe://a/b",)
    assert found.names.others == (("1.2.3", "x"),)
    assert found.key_usage == ("digital_signature", "key_cert_sign")
    assert found.ext_key_usage == ("1.3.6.1.5.5.7.3.3", "1.2.3.4")
    assert found.constraints == Constraints(authority=True, path_length=3)
    assert {each.oid: each.critical for each in found.extensions} == {
        "2.5.29.17": False,
        "2.5.29.15": True,
        "2.5.29.37": False,
        "2.5.29.19": True,
        "1.2.3.4.5": False,
    }
    assert next(each.value for each in found.extensions if each.oid == "1.2.3.4.5") == b"\x0c\x02hi"


@pytest.mark.parametrize(
    ("options", "kind"),
    [
        (("-newkey", "rsa:2048"), ("rsa", 2048)),
        (
            ("-newkey", "rsa:2048", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"),
            ("rsa", 2048),
        ),
        (("-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"), ("rsa", 2048)),
        (("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-224"), ("ec", 224)),
        (("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-521"), ("ec", 521)),
        (("-newkey", "ed25519"), ("ed25519", 0)),
    ],
)
def test_keys_and_signatures_of_each_kind_are_taken(
    tmp_path: Path, options: tuple[str, ...], kind: tuple[str, int]
) -> None:
    """RSA with both paddings, the NIST curves, Ed25519."""
    found = read_pem(_plain(tmp_path, *options))
    assert (found.key_type, found.key_bits) == kind


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:secp256k1"), "unsupported elliptic curve secp256k1"),
        (("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:brainpoolP256r1"), "unsupported elliptic curve"),
        (("-newkey", "ed448"), "keys are of RSA"),
        (("-newkey", "rsa:2048", "-md5"), "request signature invalid: md5"),
        (("-newkey", "rsa:2048", "-sha1"), "request signature invalid: sha1"),
    ],
)
def test_other_keys_and_weak_signatures_are_refused(tmp_path: Path, options: tuple[str, ...], text: str) -> None:
    """With an error that says what is wrong."""
    request = _plain(tmp_path, *options)
    with pytest.raises(InvalidRequest, match=text):
        read_pem(request)


def test_a_broken_signature_is_refused(tmp_path: Path) -> None:
    """Whoever can't sign with the key gets no certificate for it."""
    der = subprocess.run(
        ["openssl", "req", "-outform", "der"], input=_plain(tmp_path).encode(), capture_output=True, check=True
    ).stdout
    assert isinstance(read_der(der), CertificateRequest)
    with pytest.raises(InvalidRequest, match="request signature invalid"):
        read_der(der[:-1] + bytes((der[-1] ^ 1,)))


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", '"csr" is empty'),
        ("garbage", "csr contains no data"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "it is a certificate"),
        ("-----BEGIN CERTIFICATE REQUEST-----\nA!\n-----END CERTIFICATE REQUEST-----", "isn't base64"),
        ("-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----", "could not be parsed"),
        ("x" * (requests.MOST_CHARACTERS + 1), "at most"),
    ],
)
def test_what_is_no_request_is_refused(text: str, error: str) -> None:
    """The error says what there is instead."""
    with pytest.raises(InvalidRequest, match=error):
        read_pem(text)


def test_a_request_with_too_many_names_is_refused(tmp_path: Path) -> None:
    """So that nobody has rules judged for ever."""
    names = ",".join(f"DNS:a{number}.com" for number in range(1001))
    config = f"[req]\ndistinguished_name=dn\nprompt=no\nreq_extensions=ext\n[dn]\nCN=a\n[ext]\nsubjectAltName={names}\n"
    text = _openssl(tmp_path, config=config)
    with pytest.raises(InvalidRequest, match="at most 1000 names"):
        read_pem(text)


@pytest.mark.parametrize("subject", [True, False])
def test_a_request_of_too_many_parts_is_refused(subject: bool) -> None:
    """Each costs the reader microseconds, wherever it stands: in the subject, or within an extension."""
    name = encoded(0x30, encoded(0x31, encoded(0x30, bytes.fromhex("0603550403") + encoded(0x0C, b"a"))) * 1100)
    more = encoded(0x30, bytes.fromhex("0603551d25") + encoded(0x04, encoded(0x30, bytes.fromhex("060103") * 4100)))
    asked = encoded(0x30, bytes.fromhex("06092a864886f70d01090e") + encoded(0x31, encoded(0x30, more)))
    parts = (encoded(0x02, b"\x00"), name) if subject else (encoded(0x02, b"\x00"), encoded(0x30, b""))
    key = encoded(0x30, b"")
    information = encoded(0x30, b"".join(parts) + key + encoded(0xA0, b"" if subject else asked))
    with pytest.raises(InvalidRequest, match="at most 4096 elements"):
        read_der(encoded(0x30, information + encoded(0x30, b"") + encoded(0x03, b"\x00")))


def test_names_of_other_kinds_are_told(tmp_path: Path) -> None:
    """Who judges names can refuse what it can't judge."""
    config = (
        "[req]\ndistinguished_name=dn\nprompt=no\nreq_extensions=ext\n[dn]\nCN=a\n"
        "[ext]\nsubjectAltName=@names\n[names]\nRID=1.2.3\ndirName=dn\notherName=1.2.3;INT:4\n"
    )
    assert read_pem(_openssl(tmp_path, config=config)).unknown_names == (
        "registered id",
        "directory name",
        "other name 1.2.3 that is no UTF8String",
    )

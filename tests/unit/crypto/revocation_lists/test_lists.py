"""Lists of revoked certificates, as OpenSSL and another library read them."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from strongroom.crypto import der
from strongroom.crypto.certificates import certificate_of_der
from strongroom.crypto.revocation_lists import entries, extensions, lists
from strongroom.crypto.revocation_lists.signers import PrivateKey, signer
from strongroom.lib.errors import InvalidRequest
from tests.sim.pki import Authority

NOW = float(int(time.time()))
RSA = rsa.generate_private_key(65537, 2048)
DELTA_URL, SHARD_URL = "http://lists.example/delta", "http://lists.example/shard/4/1"


def signed(
    key: PrivateKey, root: Authority, serials: range, *more: bytes, algorithm: str = "", pieces: int = 1
) -> bytes:
    """A list by an authority, in DER, its entries in several pieces."""
    issuer = certificate_of_der(root.own.der)
    each = [entries.entry(serial, NOW - serial) for serial in serials]
    parts = [b"".join(each[at::pieces]) for at in range(pieces)]
    extra = (extensions.authority_key_identifier(issuer.subject_key_id), extensions.number(7), *more)
    made = lists.frame(lists.Statement(issuer.subject, NOW, NOW + 3600, extra), parts, signer(key, algorithm))
    return b"".join((made.before, *parts, made.after))


@pytest.mark.parametrize(
    ("key", "algorithm", "openssl"),
    [
        (RSA, "", "sha256WithRSAEncryption"),
        (RSA, "SHA384WithRSA", "sha384WithRSAEncryption"),
        (RSA, "SHA512WithRSAPSS", "rsassaPss"),
        (RSA, "SHA256-RSAPSS", "rsassaPss"),
        (ec.generate_private_key(ec.SECP256R1()), "", "ecdsa-with-SHA256"),
        (ec.generate_private_key(ec.SECP256R1()), "ECDSAWithSHA512", "ecdsa-with-SHA512"),
        (ec.generate_private_key(ec.SECP384R1()), "", "ecdsa-with-SHA384"),
        (ec.generate_private_key(ec.SECP521R1()), "", "ecdsa-with-SHA512"),
        (ed25519.Ed25519PrivateKey.generate(), "", "ED25519"),
    ],
)
@pytest.mark.parametrize("count", [0, 1, 1000])
def test_others_verify_it(key: PrivateKey, algorithm: str, openssl: str, count: int, tmp_path: Path) -> None:
    """OpenSSL finds the signature good, the algorithm right and every entry there, in however many pieces it was."""
    root = Authority.root(NOW, key=key)
    data = signed(key, root, range(1, count + 1), algorithm=algorithm, pieces=3)
    (tmp_path / "list").write_bytes(lists.pem(data))
    (tmp_path / "ca").write_text(root.own.pem)
    command = ["openssl", "crl", "-in", "list", "-CAfile", "ca", "-text", "-noout"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "verify OK" in said.stderr
    assert f"Signature Algorithm: {openssl}" in said.stdout
    assert said.stdout.count("Serial Number:") == count
    read = x509.load_der_x509_crl(data)
    assert sorted(each.serial_number for each in read) == list(range(1, count + 1))
    assert read.next_update_utc is not None
    assert read.next_update_utc.timestamp() == NOW + 3600


def test_extensions() -> None:
    """Another library reads each of them, and which are critical."""
    root = Authority.root(NOW, key=RSA)
    more = (
        extensions.delta_indicator(6),
        extensions.freshest([DELTA_URL]),
        extensions.issuing_point([SHARD_URL, DELTA_URL]),
    )
    read = x509.load_der_x509_crl(signed(RSA, root, range(1, 3), *more)).extensions
    assert read.get_extension_for_class(x509.CRLNumber).value.crl_number == 7
    authority = read.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    assert authority.key_identifier == certificate_of_der(root.own.der).subject_key_id
    delta = read.get_extension_for_class(x509.DeltaCRLIndicator)
    assert (delta.value.crl_number, delta.critical) == (6, True)
    freshest = read.get_extension_for_class(x509.FreshestCRL)
    assert [each.full_name[0].value for each in freshest.value if each.full_name] == [DELTA_URL]
    assert not freshest.critical
    point = read.get_extension_for_class(x509.IssuingDistributionPoint)
    assert [each.value for each in point.value.full_name or ()] == [SHARD_URL, DELTA_URL]
    assert point.critical


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (RSA, "ECDSAWithSHA256"),
        (RSA, "SHA1WithRSA"),
        (RSA, "PureEd25519"),
        (ec.generate_private_key(ec.SECP256R1()), "SHA256WithRSA"),
        (ec.generate_private_key(ec.SECP256R1()), "nonsense"),
        (ed25519.Ed25519PrivateKey.generate(), "ECDSAWithSHA256"),
    ],
)
def test_a_key_signs_only_by_its_own_algorithms(key: PrivateKey, algorithm: str) -> None:
    """Whatever else is asked for is refused by name."""
    with pytest.raises(InvalidRequest, match=algorithm):
        signer(key, algorithm)


def test_serial_numbers_of_any_size() -> None:
    """The largest that RFC 5280 allows, and those whose first bit is set, stay positive numbers."""
    serials = [1, 127, 128, 255, 256, (1 << 159) - 1, 1 << 158]
    joined = b"".join(entries.entry(serial, NOW) for serial in serials)
    assert [entries.serial_of(each) for each in entries.split(joined)] == serials
    kept = entries.without(joined, {128, 256})
    assert [entries.serial_of(each) for each in entries.split(kept)] == [1, 127, 255, (1 << 159) - 1, 1 << 158]


@pytest.mark.parametrize(
    "content",
    [b"", der.encoded(0x04, b"\1"), der.encoded(0x02, b""), der.encoded(0x04, b"")],
)
def test_what_is_no_entry(content: bytes) -> None:
    """It has no serial number."""
    with pytest.raises(der.MalformedDer):
        entries.serial_of(der.encoded(0x30, content))


@pytest.mark.parametrize(("at", "year"), [(0.0, 1970), (2524607999.0, 2049), (2524608000.0, 2050)])
def test_times_before_and_after_2050(at: float, year: int) -> None:
    """They have different types, and another library reads both."""
    made = signed(RSA, Authority.root(NOW, key=RSA), range(0))
    assert x509.load_der_x509_crl(made).last_update_utc.timestamp() == NOW
    issuer = certificate_of_der(Authority.root(NOW, key=RSA).own.der)
    one = entries.entry(5, at)
    made_ = lists.frame(lists.Statement(issuer.subject, NOW, NOW, (extensions.number(1),)), [one], signer(RSA))
    found = next(iter(x509.load_der_x509_crl(made_.before + one + made_.after)))
    assert found.revocation_date_utc.timestamp() == at
    assert found.revocation_date_utc.year == year


def test_pem() -> None:
    """Long lists become lines in pieces, and are the same bytes again."""
    data = signed(RSA, Authority.root(NOW, key=RSA), range(1, 8000))
    text = lists.pem(data)
    assert max(map(len, text.split(b"\n"))) == 64
    assert x509.load_pem_x509_crl(text).public_bytes(serialization.Encoding.DER) == data

"""Both directions with the `openssl` program, where peers are known to differ."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from strongroom.crypto.asymmetric import formats
from strongroom.crypto.asymmetric.ecdsa import P521, EcdsaKey
from strongroom.crypto.asymmetric.rsa import PKCS1V15, Oaep, Padding, Pkcs1v15, RsaKey
from tests.unit.crypto.asymmetric.keys import rsa_key


def _openssl(arguments: str, folder: Path, data: bytes = b"") -> bytes:
    done = subprocess.run(["openssl", *arguments.split()], input=data, cwd=folder, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The pair of `rsa_key`, as files of the program."""
    (tmp_path / "key.pem").write_text(formats.private_pem(rsa_key(), "pkcs1"))
    (tmp_path / "public.pem").write_text(formats.public_pem(rsa_key()))
    return tmp_path


@pytest.mark.parametrize(
    ("options", "padding"),
    [
        ("-pkeyopt rsa_padding_mode:oaep", Oaep("sha1")),
        ("-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256", Oaep("sha2-256")),
        (
            "-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha512 -pkeyopt rsa_mgf1_md:sha1",
            Oaep("sha2-512", "sha1"),
        ),
        ("-pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_label:6c6162656c", Oaep("sha1", label=b"label")),
        ("-pkeyopt rsa_padding_mode:pkcs1", Pkcs1v15()),
    ],
)
def test_encryption_goes_both_ways(folder: Path, options: str, padding: Padding) -> None:
    """With the defaults of each side's OAEP (SHA-1 there), and all that can be chosen."""
    theirs = _openssl(f"pkeyutl -encrypt -pubin -inkey public.pem {options}", folder, b"secret")
    assert rsa_key().decrypt(theirs, padding) == b"secret"
    ours = rsa_key().encrypt(b"secret", padding)
    assert _openssl(f"pkeyutl -decrypt -inkey key.pem {options}", folder, ours) == b"secret"


@pytest.mark.parametrize("salt", ["auto", "hash", 0, 20, 222])
def test_salts_are_detected_both_ways(folder: Path, salt: str | int) -> None:
    """The program detects ours, and we detect the one that it was told to take."""
    (folder / "signature").write_bytes(rsa_key().sign(b"message", salt_length=salt))  # type: ignore[arg-type]
    pss = "-sha256 -sigopt rsa_padding_mode:pss"
    _openssl(f"dgst {pss} -sigopt rsa_pss_saltlen:auto -verify public.pem -signature signature", folder, b"message")
    theirs = {"auto": "max", "hash": "digest"}.get(str(salt), str(salt))
    signature = _openssl(f"dgst {pss} -sigopt rsa_pss_saltlen:{theirs} -sign key.pem", folder, b"message")
    assert rsa_key().verify(b"message", signature)
    assert rsa_key().verify(b"message", signature, salt_length=salt)  # type: ignore[arg-type]


def test_raw_signatures_go_both_ways(folder: Path) -> None:
    """PKCS #1 v1.5 without an identifier of the hash."""
    options = "-pkeyopt rsa_padding_mode:pkcs1"
    ours = rsa_key().sign(b"raw input", "none", PKCS1V15, prehashed=True)
    assert _openssl(f"pkeyutl -sign -inkey key.pem {options}", folder, b"raw input") == ours
    assert _openssl(f"pkeyutl -verifyrecover -pubin -inkey public.pem {options}", folder, ours) == b"raw input"


def test_a_key_of_the_algorithm_rsassa_pss_is_read(tmp_path: Path) -> None:
    """As an RSA key, and written as one."""
    made = _openssl("genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -outform DER", tmp_path)
    key = formats.private_of(made)
    assert isinstance(key, RsaKey)
    assert key.verify(b"message", key.sign(b"message"))
    assert isinstance(formats.private_of(formats.private_der(key)), RsaKey)


def test_a_sec1_key_is_read_by_the_program(tmp_path: Path) -> None:
    """And what it signs with it verifies here."""
    key = EcdsaKey.generate(P521)
    (tmp_path / "key.pem").write_text(formats.private_pem(key, "sec1"))
    assert key.verify(b"message", _openssl("dgst -sha512 -sign key.pem", tmp_path, b"message"), "sha2-512")

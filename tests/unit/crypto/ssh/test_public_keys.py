"""Public keys in one line: what is read, and what is refused."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.crypto.ssh.public_keys import PublicKey, SshPublicKey, of_blob, of_loaded, parse
from strongroom.crypto.ssh.wire import Malformed, mpint, string
from strongroom.lib.errors import InvalidRequest

ED25519 = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32))).public_key()
P256 = ec.derive_private_key(7, ec.SECP256R1()).public_key()
RSA = rsa.generate_private_key(65537, 2048).public_key()
KEYS: dict[str, PublicKey] = {
    "ssh-ed25519": ED25519,
    "ecdsa-sha2-nistp256": P256,
    "ecdsa-sha2-nistp384": ec.derive_private_key(7, ec.SECP384R1()).public_key(),
    "ecdsa-sha2-nistp521": ec.derive_private_key(7, ec.SECP521R1()).public_key(),
    "ssh-rsa": RSA,
}


@pytest.mark.parametrize("type_", KEYS)
def test_keys_are_written_as_another_library_writes_them(type_: str) -> None:
    """A key is the same text as the library's, and is read from it, with a comment, without one, and without type."""
    written = KEYS[type_].public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    key = of_loaded(KEYS[type_])
    assert key.line == written and key.type == type_
    for text in (written, f"{written} a comment\n", f"  {written}\r\n", written.split()[1]):
        assert parse(text) == key


POINT = P256.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
COMPRESSED = P256.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
N = RSA.public_numbers().n
GOOD = of_loaded(ED25519)
REFUSED = {
    "empty": b"",
    "no type": string(b"\xff"),
    "unknown type": string(b"ssh-dss") + string(b"x"),
    "too short": GOOD.blob[:-1],
    "too long": GOOD.blob + b"\0",
    "length beyond the end": b"\xff\xff\xff\xff" + GOOD.blob,
    "ed25519 of 31 bytes": string(b"ssh-ed25519") + string(bytes(31)),
    "ed25519 of small order": string(b"ssh-ed25519") + string(bytes(32)),
    "point off the curve": string(b"ecdsa-sha2-nistp256") + string(b"nistp256") + string(b"\x04" + bytes(64)),
    "compressed point": string(b"ecdsa-sha2-nistp256") + string(b"nistp256") + string(COMPRESSED),
    "another curve": string(b"ecdsa-sha2-nistp256") + string(b"nistp384") + string(POINT),
    "unknown curve": string(b"ecdsa-sha2-nistp224") + string(b"nistp224") + string(POINT),
    "rsa of 1024 bits": string(b"ssh-rsa") + mpint(65537) + mpint((1 << 1023) | 1),
    "rsa of 20000 bits": string(b"ssh-rsa") + mpint(65537) + mpint((1 << 19999) | 1),
    "even modulus": string(b"ssh-rsa") + mpint(65537) + mpint(N + 1),
    "exponent 1": string(b"ssh-rsa") + mpint(1) + mpint(N),
    "even exponent": string(b"ssh-rsa") + mpint(65536) + mpint(N),
    "huge exponent": string(b"ssh-rsa") + mpint(N - 2) + mpint(N),
    "negative modulus": string(b"ssh-rsa") + mpint(65537) + string(b"\x80" + bytes(255)),
    "number with a zero too many": string(b"ssh-rsa") + string(b"\0\1\0\1") + mpint(N),
    "hardware key without application": string(b"sk-ssh-ed25519@openssh.com") + string(ED25519.public_bytes_raw()),
    "hardware key of an empty application": (
        string(b"sk-ssh-ed25519@openssh.com") + string(ED25519.public_bytes_raw()) + string(b"")
    ),
}


@pytest.mark.parametrize("blob", REFUSED.values(), ids=REFUSED)
def test_what_is_no_key_is_refused(blob: bytes) -> None:
    """Bytes that are no key, or a weak one, are refused."""
    with pytest.raises((Malformed, InvalidRequest)):
        of_blob(blob)
    with pytest.raises(InvalidRequest):
        parse(base64.b64encode(blob).decode())


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "one line"),
        ("\n\n", "one line"),
        (f"{GOOD.line}\n{GOOD.line}", "one line"),
        (f'command="x" {GOOD.line}', "type isn't supported"),
        (f"ssh-rsa {GOOD.line.split()[1]}", "it says ssh-rsa, and is of type ssh-ed25519"),
        ("ssh-ed25519 AAAA*", "failed to parse"),
        ("x" * 20_000, "longer than"),
        ("ssh-ed25519-cert-v01@openssh.com AAAA", "it is a certificate"),
        ("ssh-dss AAAA", "type isn't supported"),
    ],
)
def test_lines_that_are_no_key(text: str, reason: str) -> None:
    """What isn't one line with one key is refused with the reason."""
    with pytest.raises(InvalidRequest, match=reason):
        parse(text)


def test_keys_of_types_that_openssh_dropped_are_refused() -> None:
    """DSA isn't signed: OpenSSH has removed it."""
    numbers = dsa.DSAPublicNumbers(5, dsa.DSAParameterNumbers(23, 11, 4))
    blob = string(b"ssh-dss") + b"".join(map(mpint, (23, 11, 4, numbers.y)))
    with pytest.raises(Malformed):
        of_blob(blob)


@given(st.binary(max_size=200))
@settings(max_examples=300)
def test_any_bytes_are_a_key_or_refused(data: bytes) -> None:
    """Whatever comes is a key that is written as it came, or is refused."""
    for blob in (data, string(b"ssh-ed25519") + data, string(b"ssh-rsa") + data):
        try:
            key = of_blob(blob)
        except (Malformed, InvalidRequest):
            continue
        assert key.blob == blob


@given(st.text(max_size=200))
def test_any_text_is_a_key_or_refused(text: str) -> None:
    """Whatever text comes, nothing but a refusal is raised."""
    for line in (text, f"ssh-ed25519 {text}", f"{GOOD.line} {text}"):
        try:
            assert isinstance(parse(line), SshPublicKey)
        except InvalidRequest:
            continue

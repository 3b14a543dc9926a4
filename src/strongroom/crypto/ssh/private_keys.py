"""Making key pairs for authorities and users, and reading those that come from elsewhere."""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from strongroom.crypto.asymmetric.rsa_checks import check_private
from strongroom.crypto.ssh import signing
from strongroom.crypto.ssh.signing import Authority
from strongroom.lib.errors import InvalidRequest

RSA: Final = "rsa"
EC: Final = "ec"
ED25519: Final = "ed25519"
_EXPONENT: Final = 65537
_RSA_BITS: Final = (2048, 3072, 4096)
_USUAL_RSA_BITS: Final = 4096
_CURVES: Final[dict[int, type[ec.EllipticCurve]]] = {256: ec.SECP256R1, 384: ec.SECP384R1, 521: ec.SECP521R1}
_BY_NAME: Final = {
    "ssh-rsa": (RSA, 0),
    "ssh-ed25519": (ED25519, 0),
    **{f"ecdsa-sha2-nistp{bits}": (EC, bits) for bits in _CURVES},
}
_MOST_CHARACTERS: Final = 64 * 1024
_TRIAL: Final = b"strongroom"


def kind_of(type_: str, bits: int) -> tuple[str, int]:
    """What kind of key is meant, and how long it will be.

    Args:
        type_: `rsa`, `ec` or `ed25519`, or as OpenSSH calls it. bits: 0 for the type's usual length.

    Raises: `InvalidRequest` for an unknown type, or a length that keys of it don't have.
    """
    kind, curve_bits = _BY_NAME.get(type_, (type_, 0))
    if kind not in (RSA, EC, ED25519):
        raise InvalidRequest(f"unknown ssh key pair algorithm: {type_}")
    if kind == ED25519:
        return kind, 0
    if kind == EC:
        size = curve_bits or bits or 256
        if size not in _CURVES:
            raise InvalidRequest(f"unknown ECDSA key pair algorithm and bits: {type_} / {bits}")
        return kind, size
    size = bits or _USUAL_RSA_BITS
    if size < min(_RSA_BITS):
        raise InvalidRequest(f"refusing to generate weak rsa key: {size} bits < {min(_RSA_BITS)} bits")
    if size not in _RSA_BITS:
        raise InvalidRequest(f"an RSA key can have {', '.join(map(str, _RSA_BITS))} bits, and not {size}")
    return kind, size


def generate(kind: str, bits: int) -> Authority:
    """Make a pair of a kind and length that `kind_of` gave.  One of RSA takes up to seconds, and lets threads run."""
    if kind == RSA:
        return signing.of(rsa.generate_private_key(_EXPONENT, bits))
    if kind == EC:
        return signing.of(ec.generate_private_key(_CURVES[bits]()))
    return signing.of(ed25519.Ed25519PrivateKey.generate())


def imported(text: str) -> Authority:
    """A pair in OpenSSH's form or in PEM, without a passphrase.

    Raises: `InvalidRequest` if it is none, is protected, or is too weak.  The text is never quoted.
    """
    if len(text) > _MOST_CHARACTERS:
        raise InvalidRequest("could not parse private_key provided value: it is too long for a key")
    data = text.strip().encode("utf-8", "replace") + b"\n"
    try:
        if b"BEGIN OPENSSH PRIVATE KEY" in data:
            # The primes aren't tried: see `key_files.read_private`.
            key: object = serialization.load_ssh_private_key(data, None, unsafe_skip_rsa_key_validation=True)
        else:
            key = serialization.load_pem_private_key(data, None, unsafe_skip_rsa_key_validation=True)
    except TypeError:
        raise InvalidRequest("could not parse private_key provided value: it is protected by a passphrase") from None
    except (ValueError, UnsupportedAlgorithm):
        # The cause may quote the key.
        if b"bcrypt" in data or b"Proc-Type: 4,ENCRYPTED" in data:
            raise InvalidRequest(
                "could not parse private_key provided value: it is protected by a passphrase"
            ) from None
        raise InvalidRequest(
            "could not parse private_key provided value: no key in OpenSSH's form or PEM was found"
        ) from None
    if isinstance(key, rsa.RSAPrivateKey):
        check_private(key.private_numbers())
    authority = signing.of(key)
    authority.sign(_TRIAL)
    return authority


def written(pair: Authority) -> str:
    """The private key as text: PKCS #1 of RSA, SEC 1 of a curve, OpenSSH's own form of Ed25519."""
    form = serialization.PrivateFormat.TraditionalOpenSSL
    if isinstance(pair.private, ed25519.Ed25519PrivateKey):
        form = serialization.PrivateFormat.OpenSSH
    return pair.private.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()

"""Public keys as OpenSSH writes them, in one line.

Source: RFC 4253, section 6.6; RFC 5656, section 3.1; RFC 8709, section 4;
https://cvsweb.openbsd.org/src/usr.bin/ssh/PROTOCOL.u2f for the types that begin with `sk-`
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from strongroom.crypto.asymmetric.ed25519 import Ed25519Key
from strongroom.crypto.ssh.wire import Malformed, Reader, mpint, string
from strongroom.lib.errors import InvalidRequest

RSA: Final = "rsa"
ECDSA: Final = "ecdsa"
ED25519: Final = "ed25519"
_CURVES: Final[dict[str, type[ec.EllipticCurve]]] = {
    "nistp256": ec.SECP256R1,
    "nistp384": ec.SECP384R1,
    "nistp521": ec.SECP521R1,
}
_LONGEST_LINE: Final = 16 * 1024
RSA_BITS: Final = (2048, 16384)
"""The fewest and the most bits of a user's or host's RSA key; OpenSSH takes no longer ones."""
_LONGEST_APPLICATION: Final = 256
_CERTIFICATE: Final = "-cert-v01@openssh.com"
_TYPES: Final = {
    "ssh-rsa": RSA,
    "ssh-ed25519": ED25519,
    "sk-ssh-ed25519@openssh.com": ED25519,
    "sk-ecdsa-sha2-nistp256@openssh.com": ECDSA,
    **{f"ecdsa-sha2-{curve}": ECDSA for curve in _CURVES},
}

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey


@dataclass(frozen=True, slots=True)
class SshPublicKey:
    """A public key."""

    type: str
    """As OpenSSH calls it: `ssh-ed25519`."""
    blob: bytes
    """The whole key, type included."""
    algorithm: str
    """`rsa`, `ecdsa` or `ed25519`."""
    bits: int
    """Of the modulus or the curve; 256 for Ed25519."""

    @property
    def line(self) -> str:
        """The key in one line, without a comment."""
        return f"{self.type} {base64.b64encode(self.blob).decode()}"

    @property
    def digest(self) -> str:
        """The SHA-256 of the key, in hexadecimal: what OpenSSH shows in base64 as its fingerprint."""
        return hashlib.sha256(self.blob).hexdigest()

    @property
    def certificate_type(self) -> str:
        """The type of a certificate of this key.  Source: PROTOCOL.certkeys, "New public key formats"."""
        return self.type.removesuffix("@openssh.com") + _CERTIFICATE

    @property
    def fields(self) -> bytes:
        """The key without its type, as it stands in a certificate."""
        return self.blob[4 + len(self.type) :]


def parse(text: str) -> SshPublicKey:
    """Read a key from a line: type, base64 and comment, or base64 alone.

    Raises: `InvalidRequest` for anything else, and for a key that can't be used or is too weak.
    """
    if len(text) > _LONGEST_LINE:
        raise InvalidRequest(f"failed to parse public_key as SSH key: it is longer than {_LONGEST_LINE} characters")
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) != 1:
        raise InvalidRequest("failed to parse public_key as SSH key: it has to be one line")
    words = lines[0].split()
    named, encoded = (words[0], words[1]) if len(words) > 1 else ("", words[0])
    if named.endswith(_CERTIFICATE):
        raise InvalidRequest("failed to parse public_key as SSH key: it is a certificate; send the key that it is for")
    if named and named not in _TYPES:
        raise InvalidRequest(
            f"failed to parse public_key as SSH key: its type isn't supported; it can be {', '.join(_TYPES)}"
        )
    try:
        key = of_blob(base64.b64decode(encoded, validate=True))
    except ValueError as error:  # no base64, or `Malformed`
        raise InvalidRequest(f"failed to parse public_key as SSH key: {error}") from error
    if named and key.type != named:
        raise InvalidRequest(f"failed to parse public_key as SSH key: it says {named}, and is of type {key.type}")
    return key


def of_blob(blob: bytes) -> SshPublicKey:
    """Read a key from its bytes.

    Raises: `Malformed` if they are none; `InvalidRequest` for a key that can't be used, or is too weak.
    """
    reader = Reader(blob)
    try:
        type_ = reader.string().decode("ascii")
    except UnicodeDecodeError as error:
        raise Malformed("it names no type") from error
    algorithm = _TYPES.get(type_)
    if algorithm is None:
        raise Malformed("its type isn't supported")
    bits = {RSA: _rsa, ECDSA: _ecdsa, ED25519: _ed25519}[algorithm](reader, type_)
    if type_.startswith("sk-") and not 0 < len(reader.string()) <= _LONGEST_APPLICATION:
        raise Malformed("the application that its hardware made it for isn't named as it should be")
    reader.end()
    return SshPublicKey(type_, blob, algorithm, bits)


def of_loaded(key: PublicKey) -> SshPublicKey:
    """A public key that the library has made or read."""
    match key:
        case rsa.RSAPublicKey():
            numbers = key.public_numbers()
            type_, fields = "ssh-rsa", mpint(numbers.e) + mpint(numbers.n)
        case ed25519.Ed25519PublicKey():
            type_, fields = "ssh-ed25519", string(key.public_bytes_raw())
        case ec.EllipticCurvePublicKey():
            curve = f"nistp{key.curve.key_size}"
            point = key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
            type_, fields = f"ecdsa-sha2-{curve}", string(curve.encode()) + string(point)
    return of_blob(string(type_.encode()) + fields)


def _rsa(reader: Reader, type_: str) -> int:
    exponent, modulus = reader.mpint(), reader.mpint()
    bits = modulus.bit_length()
    least, most = RSA_BITS
    if not least <= bits <= most:
        raise InvalidRequest(f"an RSA key of {bits} bits isn't accepted: it needs {least} to {most}")
    if not modulus & 1 or exponent < 3 or not exponent & 1 or exponent.bit_length() > 64:
        raise Malformed("its numbers are none of an RSA key")
    return bits


def _ecdsa(reader: Reader, type_: str) -> int:
    curve = reader.string().decode("ascii", "replace")
    if curve not in _CURVES or f"ecdsa-sha2-{curve}" != type_.removeprefix("sk-").removesuffix("@openssh.com"):
        raise Malformed("its curve isn't the one of its type")
    point = reader.string()
    if point[:1] != b"\x04":
        raise Malformed("its point isn't written as OpenSSH writes it")
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(_CURVES[curve](), point)
    except ValueError as error:
        raise Malformed("its point isn't on its curve") from error
    return key.curve.key_size


def _ed25519(reader: Reader, type_: str) -> int:
    try:
        Ed25519Key.of_raw_public(reader.string())
    except InvalidRequest as error:
        raise Malformed(error.text) from error
    return 256

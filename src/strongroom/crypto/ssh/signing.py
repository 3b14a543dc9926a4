"""Keys of authorities, which sign certificates.

Source: RFC 8332 for `rsa-sha2-256` and `rsa-sha2-512`; RFC 5656, section 3.1.2; RFC 8709, section 6
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from strongroom.crypto.asymmetric import key_files
from strongroom.crypto.ssh.public_keys import SshPublicKey, of_loaded
from strongroom.crypto.ssh.wire import mpint, string
from strongroom.lib.errors import InvalidRequest

DEFAULT: Final = "default"
ALGORITHMS: Final[dict[str, type[hashes.HashAlgorithm]]] = {
    "ssh-rsa": hashes.SHA1,
    "rsa-sha2-256": hashes.SHA256,
    "rsa-sha2-512": hashes.SHA512,
}
"""How RSA keys can sign.  OpenSSH refuses `ssh-rsa` since version 8.2, because SHA-1 has collisions."""
_USUAL: Final = "rsa-sha2-256"
_CURVE_HASHES: Final[dict[str, type[hashes.HashAlgorithm]]] = {
    "secp256r1": hashes.SHA256,
    "secp384r1": hashes.SHA384,
    "secp521r1": hashes.SHA512,
}

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class Authority:
    """A key pair that signs certificates."""

    public: SshPublicKey
    private: PrivateKey = field(repr=False)

    @property
    def pkcs8(self) -> bytes:
        """The pair in PKCS #8, DER, without a passphrase."""
        return key_files.pkcs8(self.private)

    def sign(self, data: bytes, algorithm: str = DEFAULT) -> bytes:
        """The signature, with the name of its algorithm.

        Args:
            algorithm: a name of `ALGORITHMS` for an RSA key, or `default`.

        Raises: `InvalidRequest` for an algorithm of RSA with a key of another type.
        """
        match self.private:
            case rsa.RSAPrivateKey():
                name = _USUAL if algorithm == DEFAULT else algorithm
                signature = self.private.sign(data, padding.PKCS1v15(), ALGORITHMS[name]())
                return string(name.encode()) + string(signature)
            case _ if algorithm != DEFAULT:
                raise InvalidRequest(f"the issuer's key is of type {self.public.type}, which can't sign by {algorithm}")
            case ec.EllipticCurvePrivateKey():
                hashed = _CURVE_HASHES[self.private.curve.name]()
                r, s = decode_dss_signature(self.private.sign(data, ec.ECDSA(hashed)))
                return string(self.public.type.encode()) + string(mpint(r) + mpint(s))
            case ed25519.Ed25519PrivateKey():
                return string(b"ssh-ed25519") + string(self.private.sign(data))


def of(private: object) -> Authority:
    """An authority of a key that the library has made or read.  Raises `InvalidRequest` for one of another kind."""
    match private:
        case rsa.RSAPrivateKey() | ed25519.Ed25519PrivateKey():
            return Authority(of_loaded(private.public_key()), private)
        case ec.EllipticCurvePrivateKey() if private.curve.name in _CURVE_HASHES:
            return Authority(of_loaded(private.public_key()), private)
    raise InvalidRequest("the key is of no type that signs SSH certificates: RSA, ECDSA on a NIST curve, or Ed25519")


def of_stored(pkcs8: bytes) -> Authority:
    """An authority of what `Authority.pkcs8` gave."""
    return of(key_files.read_private(pkcs8))

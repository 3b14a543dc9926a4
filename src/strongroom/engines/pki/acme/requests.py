"""Signed requests of ACME clients: taken apart, and their signatures checked (pure).

A request is a flattened JSON Web Signature.  Its protected header names a key (`jwk`) or an account (`kid`), a nonce
and the URL that it is meant for.  Everything is within limits before a key is read or a signature is computed.

Source: RFC 8555, section 6.2; RFC 7515, sections 3.2 and 4.1; RFC 8725
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json as plain_json
from typing import Any, Final

import msgspec

from strongroom.crypto.public_keys import PublicKey, key_of_jwk
from strongroom.engines.pki.acme.problems import Problem, malformed
from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest

ALGORITHMS: Final = ("ES256", "ES384", "ES512", "RS256", "EdDSA")
"""By which accounts may sign.  Shared keys are only for the binding of an account."""
_HMACS: Final = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}
MOST_PAYLOAD: Final = 256 * 1024
"""Of encoded characters: a CSR of a hundred names has some ten thousand."""
_MOST_HEADER: Final = 8192
_MOST_SIGNATURE: Final = 2048
_MOST_URL: Final = 2048
_MOST_MODULUS: Final = 684
"""Characters of the modulus of an RSA key: 4096 bits.  Each signature by a longer one would cost milliseconds."""
_MOST_EXPONENT: Final = 6
"""Characters of its exponent, for the same reason: 32 bits."""
_LIMITS: Final = json.Limits(depth=16, string_bytes=MOST_PAYLOAD, entries=64, elements=2048)


class Signed(msgspec.Struct, frozen=True):
    """A signed request.  Nothing of it is proved until `check_signature` has returned."""

    algorithm: str
    url: str
    nonce: str
    kid: str
    key: PublicKey | None
    """The key that the header holds; None if it names an account."""
    payload: bytes
    message: bytes
    signature: bytes

    @property
    def is_read(self) -> bool:
        """Whether it asks for a resource, and says nothing itself.  Source: RFC 8555, section 6.3"""
        return not self.payload

    def __repr__(self) -> str:
        return f"Signed({self.algorithm})"


def parse(body: dict[str, Any], *, needs_nonce: bool = True, algorithms: tuple[str, ...] = ALGORITHMS) -> Signed:
    """Take a signed request apart.

    Args:
        body: the members of the JWS. needs_nonce: whether it has to have a nonce: those within another one have none.
        algorithms: the accepted ones.

    Raises: `Problem`.
    """
    if body.get("header") is not None:
        raise malformed("the request must not have an unprotected header")
    if body.get("signatures") is not None:
        raise malformed("the request must have one signature")
    protected = _member(body, "protected", _MOST_HEADER)
    payload = _member(body, "payload", MOST_PAYLOAD)
    signature = _member(body, "signature", _MOST_SIGNATURE)
    header = json_object(_decoded(protected, "protected header"), "protected header")
    if "crit" in header:
        raise malformed("the request demands extensions of JWS that are not known here")
    if "b64" in header:
        raise malformed("the payload must be encoded in base64url")
    algorithm = _algorithm(header, algorithms)
    nonce = _nonce(header, needed=needs_nonce)
    kid, key = _signer(header, algorithm)
    return Signed(
        algorithm=algorithm,
        url=_text(header, "url", _MOST_URL),
        nonce=nonce,
        kid=kid,
        key=key,
        payload=_decoded(payload, "payload"),
        message=f"{protected}.{payload}".encode(),
        signature=_decoded(signature, "signature"),
    )


def check_signature(signed: Signed, key: PublicKey) -> None:
    """Raise `Problem` unless the key made the signature, by an algorithm of its own type and curve."""
    if signed.algorithm not in key.algorithms:
        raise Problem("badSignatureAlgorithm", f"the key cannot sign with {signed.algorithm}", members=_accepted())
    if not key.fits(signed.message, signed.signature, signed.algorithm):
        raise malformed("the signature of the request is not valid")


def check_mac(signed: Signed, key: bytes) -> None:
    """Raise `Problem` unless the shared key made the signature."""
    expected = hmac.digest(key, signed.message, _HMACS[signed.algorithm])
    if not hmac.compare_digest(expected, signed.signature):
        raise Problem("unauthorized", "the external account binding is not signed with the key of its key id")


MACS: Final = tuple(_HMACS)
"""The algorithms of the binding of an account."""


def json_object(data: bytes, what: str) -> dict[str, Any]:
    """The object in some JSON.  Raises `Problem` for anything else, and for a name that stands there twice."""
    try:
        value = json.loads_within(data, _LIMITS)
        # Readers take different ones of a name that stands there twice: a proxy may have judged the other.
        plain_json.loads(data, object_pairs_hook=_unique)
    except (InvalidRequest, ValueError, RecursionError) as error:
        raise malformed(f"the {what} is no JSON object that can be read") from error
    if not isinstance(value, dict):
        raise malformed(f"the {what} is no JSON object")
    return value


def decoded(text: str) -> bytes:
    """The bytes of base64url without padding.  Raises `ValueError` for anything else.  Source: RFC 8555, section 6.1"""
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("no base64url") from error
    if encoded(raw) != text:
        raise ValueError("no base64url without padding")
    return raw


def encoded(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def der_member(payload: dict[str, Any], name: str) -> bytes:
    """The DER that a member of a payload holds in base64url.  Raises `Problem` if there is none."""
    text = payload.get(name)
    if not isinstance(text, str):
        raise malformed(f'the payload must have a text "{name}"')
    try:
        return decoded(text)
    except ValueError:
        raise malformed(f'"{name}" must be DER in base64url without padding') from None


def _unique(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name stands there twice")


def _accepted(algorithms: tuple[str, ...] = ALGORITHMS) -> dict[str, Any]:
    return {"algorithms": list(algorithms)}


def _member(body: dict[str, Any], name: str, most: int) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise malformed(f'the request is no JWS with a text "{name}"')
    if len(value) > most:
        raise malformed(f'"{name}" has more than {most} characters')
    return value


def _decoded(text: str, what: str) -> bytes:
    try:
        return decoded(text)
    except ValueError as error:
        raise malformed(f"the {what} is not encoded in base64url without padding") from error


def _text(header: dict[str, Any], name: str, most: int) -> str:
    value = header.get(name)
    if not isinstance(value, str) or not value or len(value) > most:
        raise malformed(f'the protected header must have a text "{name}"')
    return value


def _algorithm(header: dict[str, Any], algorithms: tuple[str, ...]) -> str:
    algorithm = header.get("alg")
    if algorithm not in algorithms:
        detail = "the signature must be made with one of " + ", ".join(algorithms)
        raise Problem("badSignatureAlgorithm", detail, members=_accepted(algorithms))
    return str(algorithm)


def _nonce(header: dict[str, Any], *, needed: bool) -> str:
    if not needed:
        if "nonce" in header:
            raise malformed("a JWS within the request must not have a nonce")
        return ""
    nonce = header.get("nonce")
    if not isinstance(nonce, str) or len(nonce) > _MOST_URL:
        # Not `malformed`: the client tries again with the fresh nonce that this problem comes with.
        raise Problem("badNonce", "the request has no nonce")
    return nonce


def _signer(header: dict[str, Any], algorithm: str) -> tuple[str, PublicKey | None]:
    if ("kid" in header) == ("jwk" in header):
        raise malformed('the protected header must have either "jwk" or "kid"')
    if "kid" in header:
        return _text(header, "kid", _MOST_URL), None
    return "", public_key(header["jwk"]) if algorithm in ALGORITHMS else None


def public_key(jwk: Any) -> PublicKey:
    """The key of a JWK, if an account may have it.  Raises `Problem`."""
    if not isinstance(jwk, dict):
        raise malformed('"jwk" is no JSON Web Key')
    if jwk.get("kty") == "RSA" and (_long(jwk, "n", _MOST_MODULUS) or _long(jwk, "e", _MOST_EXPONENT)):
        raise Problem("badPublicKey", "an RSA key has 4096 bits at the most, and an exponent of 32")
    key = key_of_jwk(jwk)
    if key is None:
        detail = "the key must be public, and RSA of 2048 bits or more, or on P-256, P-384, P-521 or Ed25519"
        raise Problem("badPublicKey", detail, members=_accepted())
    return key


def _long(jwk: dict[str, Any], name: str, most: int) -> bool:
    value = jwk.get(name)
    return isinstance(value, str) and len(value) > most

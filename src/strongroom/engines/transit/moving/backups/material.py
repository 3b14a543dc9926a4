"""The material of one version, in a backup's form and in ours (p)."""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import UTC, datetime

from strongroom.crypto.asymmetric import numbers
from strongroom.crypto.asymmetric.formats import pem
from strongroom.engines.transit.key_types import key_type
from strongroom.engines.transit.key_types.hybrid import HYBRID
from strongroom.engines.transit.key_types.hybrid_key import parted
from strongroom.engines.transit.keys.records import KeyRecord, KeyVersion
from strongroom.engines.transit.moving.backups.document import NEVER, RsaPart, Version
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import replace

_LATEST_S = 253_402_300_799
"""The last second of the year 9999, after which there are no dates."""
_CURVES = {"ecdsa-p256": "P-256", "ecdsa-p384": "P-384", "ecdsa-p521": "P-521"}


def version_written(key: KeyRecord, version: KeyVersion) -> Version:
    """A version in the form of backups."""
    return replace(
        _written(key, version.private, version.public),
        hmac_key=_text(version.hmac_key),
        time=moment(version.created_at),
        creation_time=int(version.created_at),
        certificate_chain=[b64encode(each).decode("ascii") for each in version.certificates] or None,
        convergent_version=3 if key.convergent else 0,
    )


def _written(key: KeyRecord, private: bytes, public: bytes) -> Version:
    """The two parts."""
    if key.type in _CURVES:
        point = numbers.ec_numbers(private, public)
        return Version(ec_x=point.x, ec_y=point.y, ec_d=point.d, public_key=pem("PUBLIC KEY", public))
    if key.type.startswith("rsa-"):
        part = _rsa_part(numbers.rsa_numbers(private, public))
        return Version(rsa_key=part) if private else Version(rsa_public_key=part)
    if key.type == "ed25519":
        raw = numbers.ed25519_raw(private) if private else b""
        return Version(key=_text(raw), public_key=_text(numbers.ed25519_public_raw(public)) or "")
    if key.type == "ml-dsa":
        seed, raw = numbers.ml_dsa_raw(private, public)
        return Version(key=_text(seed), public_key=_text(raw) or "")
    return Version(key=_text(private), public_key=_text(public) or "")


def version_read(key: KeyRecord, version: Version) -> KeyVersion:
    """A version out of a backup.  Raises `InvalidRequest` for what is no key of the type."""
    private, public = _material(key, version)
    hmac_key = _bytes(version.hmac_key)
    if key.type == "hmac":
        hmac_key = private
    read = KeyVersion(
        created_at=seconds(version.time) or float(min(max(0, version.creation_time), _LATEST_S)),
        private=private,
        public=public,
        hmac_key=hmac_key,
        certificates=tuple(_bytes(each) for each in version.certificate_chain or ()),
    )
    if not private:
        key_type(key.type).load(key, read)  # a public key that no use takes would make the key unreadable
    return read


def _material(key: KeyRecord, version: Version) -> tuple[bytes, bytes]:
    """The private and the public part."""
    raw = _bytes(version.key)
    if key.type in _CURVES:
        if version.ec_x is None or version.ec_y is None:
            raise InvalidRequest("a version of the backup has no point on its curve")
        return numbers.ec_key(_CURVES[key.type], numbers.EcNumbers(version.ec_x, version.ec_y, version.ec_d))
    if key.type.startswith("rsa-"):
        return numbers.rsa_key(_rsa_numbers(key.type, version.rsa_key or version.rsa_public_key))
    if key.type == "ed25519":
        if raw:
            return numbers.ed25519_key(raw)
        return b"", numbers.ed25519_public(_bytes(version.public_key))
    if key.type == "ml-dsa":
        private, public = numbers.ml_dsa_key(key.parameter_set, raw, _bytes(version.public_key))
        if numbers.ml_dsa_raw(b"", public)[1] != _bytes(version.public_key):
            # Vault gives the number of one of these types to keys of AES-CMAC.
            raise InvalidRequest("a version of the backup has no public key of ML-DSA, or another key's")
        return private, public
    if version.external_key_ref:
        raise InvalidRequest("a version of the backup names a key in other hardware, which isn't in the backup")
    type_ = key_type(key.type)
    if not type_.asymmetric:
        return type_.imported(key, raw).private, b""
    if key.type == HYBRID and parted(raw or _bytes(version.public_key)) is None:
        raise InvalidRequest("a version of the backup doesn't have the two keys of a hybrid one")
    material = KeyVersion(created_at=0.0, private=raw, public=_bytes(version.public_key))
    loaded = type_.load(key, material)
    return loaded.private or b"", loaded.public


def _rsa_part(key: numbers.RsaNumbers) -> RsaPart:
    if not key.d:
        return RsaPart(N=key.n, E=key.e)
    dp, dq, qinv = key.crt
    computed = {"Dp": dp, "Dq": dq, "Qinv": qinv, "CRTValues": []}
    return RsaPart(N=key.n, E=key.e, D=key.d, Primes=[key.p, key.q], Precomputed=computed)


def _rsa_numbers(type_: str, part: RsaPart | None) -> numbers.RsaNumbers:
    if part is None:
        raise InvalidRequest("a version of the backup has no RSA key")
    if part.N.bit_length() != int(type_.removeprefix("rsa-")):
        raise InvalidRequest(f"an RSA key of the backup has {part.N.bit_length()} bits, and is not of type {type_}")
    if not part.D:
        return numbers.RsaNumbers(part.N, part.E)
    if len(part.Primes) != 2:
        raise InvalidRequest("an RSA key of the backup doesn't have two primes")
    return numbers.RsaNumbers(part.N, part.E, part.D, *part.Primes)


def moment(at: float) -> str:
    """A time in the form of backups."""
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z") if at else NEVER


def seconds(text: str) -> float:
    """Seconds since the epoch of a backup's time; 0 for never.  Raises `InvalidRequest` for what is no time."""
    if text in {"", NEVER}:
        return 0.0
    try:
        # Nanoseconds have more digits than Python reads.
        return min(max(0.0, datetime.fromisoformat(_in_microseconds(text)).timestamp()), float(_LATEST_S))
    except (ValueError, OverflowError) as error:
        raise InvalidRequest("a time in the backup cannot be read") from error


def _in_microseconds(text: str) -> str:
    head, point, rest = text.partition(".")
    digits = len(rest) - len(rest.lstrip("0123456789"))
    return head + point + rest[: min(digits, 6)] + rest[digits:] if point else text


def _text(data: bytes) -> str | None:
    return b64encode(data).decode("ascii") if data else None


def _bytes(text: str | None) -> bytes:
    try:
        return b64decode(text or "", validate=True)
    except ValueError as error:
        raise InvalidRequest("a key in the backup is not in base64") from error

"""Exporting a version of a key (p).

Source: https://openbao.org/api-docs/secret/transit/#export-key
"""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from strongroom.crypto.asymmetric import formats
from strongroom.crypto.asymmetric.ecdsa import EcdsaKey
from strongroom.crypto.asymmetric.rsa import RsaKey
from strongroom.crypto.post_quantum.ml_dsa import MlDsaKey
from strongroom.engines.transit.key_types import key_type
from strongroom.engines.transit.key_types.hybrid_key import HybridKey
from strongroom.engines.transit.keys.allowed import EXPORT, check_operation
from strongroom.engines.transit.keys.records import KeyRecord, KeyVersion
from strongroom.lib.errors import InvalidRequest

ENCRYPTION, SIGNING, HMAC = "encryption-key", "signing-key", "hmac-key"
PUBLIC, CERTIFICATES, CMAC = "public-key", "certificate-chain", "cmac-key"
KINDS = (ENCRYPTION, SIGNING, HMAC, PUBLIC, CERTIFICATES, CMAC)
FORMATS = ("", "raw", "der", "pem")
OPEN = frozenset({PUBLIC, CERTIFICATES})
"""What no key keeps to itself."""


def check_kind(kind: str) -> None:
    """Raise `InvalidRequest` for what is no kind of export."""
    if kind not in KINDS:
        raise InvalidRequest(f"invalid export type: {kind}; it is one of {', '.join(KINDS)}")


def check(key: KeyRecord, kind: str, form: str) -> None:
    """Raise `InvalidRequest` if a key has nothing of this kind to export, or doesn't allow it."""
    check_kind(kind)
    if form not in FORMATS:
        raise InvalidRequest(f"invalid format: {form}; it is raw, der or pem")
    if kind not in OPEN and not key.exportable:
        raise InvalidRequest(
            "private key material is not exportable; exportable=true at keys/<name>/config changes that, for good"
        )
    if kind not in OPEN:
        check_operation(key, EXPORT)
    if key.soft_deleted:
        raise InvalidRequest("refusing to use soft-deleted key")
    type_ = key_type(key.type)
    if kind == ENCRYPTION and not type_.encrypts:
        raise InvalidRequest("encryption not supported for the key")
    if kind == SIGNING and not type_.signs:
        raise InvalidRequest("signing not supported for the key")
    if kind == CMAC and not type_.cmacs:
        raise InvalidRequest("CMAC not supported for the key")
    if kind == PUBLIC and not type_.asymmetric:
        raise InvalidRequest(f"unknown key type {key.type} for export type {kind}")
    if kind == CERTIFICATES and not type_.signs:
        raise InvalidRequest("certificate chain not supported for keys that do not support signing")


def exported(key: KeyRecord, version: KeyVersion, kind: str, form: str) -> str:
    """One version in the form that was asked for; `check` has passed.  Raises `InvalidRequest`."""
    if kind == HMAC:
        if not version.hmac_key:
            raise InvalidRequest("this version has no HMAC key, because only its public key was imported")
        return _symmetric(version.hmac_key, form)
    if kind == CERTIFICATES:
        if not version.certificates:
            raise InvalidRequest("selected key version does not have a certificate chain imported")
        return "".join(formats.pem("CERTIFICATE", each) for each in version.certificates).strip()
    type_ = key_type(key.type)
    if not type_.asymmetric:
        return _symmetric(version.private, form)
    if kind != PUBLIC and not version.private:
        raise InvalidRequest("this version has only a public key")
    loaded = type_.load(key, version)
    if isinstance(loaded, HybridKey):
        return _symmetric(loaded.public if kind == PUBLIC else version.private, form)
    return _public(loaded, form) if kind == PUBLIC else _private(loaded, form)


def _symmetric(raw: bytes, form: str) -> str:
    """A key that has no other form; a pair of two keys neither."""
    if form not in {"", "raw"}:
        raise InvalidRequest("unknown format for a key of this type; supported values are `` or `raw`")
    return _base64(raw)


def _public(loaded: Any, form: str) -> str:
    if form == "der":
        return _base64(loaded.public)
    if form == "pem" or isinstance(loaded, RsaKey | EcdsaKey):
        _check_raw(loaded, form)
        return _block(loaded, "PUBLIC KEY", loaded.public)
    return _base64(loaded.raw_public)


def _private(loaded: Any, form: str) -> str:
    if form == "der":
        return _base64(loaded.private)
    if form == "pem":
        return _block(loaded, "PRIVATE KEY", loaded.private)
    _check_raw(loaded, form)
    match loaded:
        case RsaKey():
            return formats.private_pem(loaded, "pkcs1")
        case EcdsaKey():
            return formats.private_pem(loaded, "sec1").strip()
        case MlDsaKey():
            return _base64(loaded.seed or b"")
    return _base64(loaded.raw_private)


def _check_raw(loaded: Any, form: str) -> None:
    if form == "raw" and isinstance(loaded, RsaKey | EcdsaKey):
        family = "rsa" if isinstance(loaded, RsaKey) else "ec"
        raise InvalidRequest(f"unknown key format for {family} key; supported values are ``, `der`, or `pem`")


def _block(loaded: Any, label: str, data: bytes) -> str:
    """A block of PEM.  Only those of RSA keys end in a newline, as clients know it."""
    block = formats.pem(label, data)
    return block if isinstance(loaded, RsaKey) else block.strip()


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")

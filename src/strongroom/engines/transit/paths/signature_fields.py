"""The fields that `sign` and `verify` have in common."""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.crypto.hashes import HASHES
from strongroom.engines.transit.key_types import key_type
from strongroom.engines.transit.keys.records import KeyRecord
from strongroom.engines.transit.signing.schemes import Asked, Scheme, scheme_of
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import SECRET, Body, Doc, OneOf
from strongroom.sdk.fields import InPath, OldNameOf


class SignatureFields(Body, frozen=True):
    """What is signed, and how."""

    input: Annotated[str, Doc(description="The message, or its digest if `prehashed`, in base64.", extra=SECRET)] = ""
    hash_algorithm: Annotated[
        str,
        Doc(
            description="The hash function of RSA and ECDSA: one of "
            + ", ".join(f"`{name}`" for name in HASHES)
            + ". With `prehashed`, `sha2-512` also asks for Ed25519ph, `mldsa-mu` says that the input is the µ of an "
            "ML-DSA signature, and `none` signs it by RSA without a hash function's name."
        ),
        InPath("urlalgorithm"),
    ] = ""
    algorithm: Annotated[str, Doc(description="The old name of `hash_algorithm`."), OldNameOf("hash_algorithm")] = ""
    signature_algorithm: Annotated[
        str,
        Doc(description="For RSA `pss` or `pkcs1v15`; for Ed25519 `ed25519ph` or `ed25519ctx`."),
        OneOf("pss", "pkcs1v15", "ed25519ph", "ed25519ctx"),
    ] = ""
    marshaling_algorithm: Annotated[
        str,
        Doc(description="`asn1`; or `jws` for the form of JSON Web Signatures, in base64 for URLs."),
        OneOf("asn1", "jws"),
    ] = "asn1"
    salt_length: Annotated[str, Doc(description="The salt of PSS: `auto`, `hash`, or a number of bytes.")] = "auto"
    prehashed: Annotated[bool, Doc(description="Whether the input is a digest already.")] = False
    context: Annotated[str, Doc(description="What a derived key is derived by, in base64.")] = ""
    signature_context: Annotated[
        str, Doc(description="The context of Ed25519ctx, Ed25519ph, ML-DSA and SLH-DSA, in base64.")
    ] = ""
    batch_input: Annotated[
        Any, Doc(description="Many inputs: a list of objects. Each has its own `input`.", extra=SECRET)
    ] = None


def scheme_for(key: KeyRecord, body: SignatureFields, in_path: str, purpose: str) -> Scheme:
    """How a key makes or checks the signatures of a request.

    Args:
        in_path: the hash function that the path names; empty if it names none.
        purpose: `signing` or `verification`, for errors.

    Raises: `InvalidRequest` for a type of keys that doesn't sign, and for parameters that don't go together.
    """
    if not key_type(key.type).signs:
        raise InvalidRequest(f"key type {key.type} does not support {purpose}")
    return scheme_of(
        key.type,
        Asked(
            in_path or body.hash_algorithm or body.algorithm,
            body.marshaling_algorithm,
            body.signature_algorithm,
            body.salt_length,
            body.prehashed,
            body.signature_context,
        ),
    )


def at_once(type_: str) -> int:
    """How many signatures of a batch are made between two pauses: some two milliseconds' worth, at the slowest."""
    if type_ in {"ed25519", "ecdsa-p256"}:
        return 64
    return 8 if type_ == "rsa-2048" else 2

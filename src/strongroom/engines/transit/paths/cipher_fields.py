"""Fields that encrypting and decrypting have in common."""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.sdk import SECRET, Body, Doc
from strongroom.sdk.fields import OldNameOf


class CipherFields(Body, frozen=True):
    """The fields of an item, and the list of a batch."""

    context: Annotated[str, Doc(description="The context of a derived key, in base64.")] = ""
    associated_data: Annotated[
        str,
        Doc(
            description="What is authenticated with the ciphertext, in base64. Only for types with authentication: "
            "AES-GCM and ChaCha20."
        ),
    ] = ""

    batch_input: Annotated[
        Any,
        Doc(
            description="A list of objects, each with the fields of one request and a `reference`, which its result "
            "repeats. The fields beside it count no more.",
            extra=SECRET,
        ),
    ] = None


class BatchFields(CipherFields, frozen=True):
    """Fields of requests whose batches may fail in part."""

    partial_failure_response_code: Annotated[
        int | None, Doc(description="The status if some items of a batch failed, but not all; 400 by default.")
    ] = None


PADDING = Doc(description="For RSA keys the padding: oaep, the default, or pkcs1v15.")
OAEP_HASH = Doc(
    description="For RSA keys the hash function of OAEP: sha1, or sha2-224 to sha2-512; sha2-256 by default."
)
MGF_HASH = Doc(description="For RSA keys the hash function of OAEP's mask; that of OAEP itself by default.")


class RsaFields(BatchFields, frozen=True):
    """Fields of one encryption or decryption with an RSA key."""

    padding_scheme: Annotated[str, PADDING] = ""
    hash_algorithm: Annotated[str, OAEP_HASH] = ""
    oaep_hash: Annotated[str, Doc(description="Another name of `hash_algorithm`."), OldNameOf("hash_algorithm")] = ""
    mgf_hash: Annotated[str, MGF_HASH] = ""

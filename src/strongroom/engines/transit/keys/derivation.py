"""Keys that are derived by a context."""

from __future__ import annotations

from typing import Any

from strongroom.crypto.kdf import hkdf_sha256
from strongroom.engines.transit.key_types import key_type
from strongroom.engines.transit.keys.loaded import Loaded
from strongroom.engines.transit.keys.records import KeyRecord
from strongroom.engines.transit.refusals import Code, Refused
from strongroom.lib.errors import Internal

NO_CONTEXT = (
    "missing 'context' for key derivation; the key was created using a derived key, which means additional, "
    "per-request information must be included in order to perform operations with the key"
)


def cryptor_of(key: KeyRecord, version: Loaded, context: bytes) -> Any:
    """The primitive that works with one version: under the context, if the key is derived.

    A key that isn't derived takes no notice of a context.

    Raises: `Refused` if a derived key gets no context.
    """
    if not key.derived:
        return version.cryptor
    type_ = key_type(key.type)
    if type_.keyed is None:
        raise Internal(detail=f"a key of type {key.type} is derived")
    if not context:
        raise Refused(Code.MISSING_CONTEXT, NO_CONTEXT)
    raw = type_.raw(version.secret, version.public)
    return type_.keyed(hkdf_sha256(raw, salt=b"", info=context, length=type_.derived_bytes))

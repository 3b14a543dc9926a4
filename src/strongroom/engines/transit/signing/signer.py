"""A version of a key that signs, and keys that check what versions have signed, for all items of a request."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import msgspec

from strongroom.engines.transit.keys.derivation import cryptor_of
from strongroom.engines.transit.keys.loaded import Loaded, loaded
from strongroom.engines.transit.keys.records import KeyRecord
from strongroom.engines.transit.signing import tagged
from strongroom.engines.transit.signing.inputs import context_of, data_of
from strongroom.engines.transit.signing.schemes import Scheme
from strongroom.engines.transit.signing.signatures import is_valid, made
from strongroom.sdk import View


class Signer(msgspec.Struct, frozen=True):
    """Signs with one version of a key."""

    key: KeyRecord
    version: Loaded
    scheme: Scheme

    def signed(self, text: str, context: str, public_name: str) -> dict[str, Any]:
        """The answer for one input.

        Args:
            text: what to sign, in base64. context: derives the key, in base64.
            public_name: the field for the public key of a derived key.

        Raises: `InvalidRequest` for an input that can't be signed.
        """
        derives_by = context_of(context)
        cryptor = cryptor_of(self.key, self.version, derives_by)
        raw = made(cryptor, self.scheme, data_of(text))
        answer = self.shown(raw)
        if self.key.derived:
            answer[public_name] = b64encode(cryptor.raw_public).decode("ascii")
        return answer

    def shown(self, raw: bytes) -> dict[str, Any]:
        """The answer for a signature of a key that isn't derived."""
        number = self.version.number
        signature = tagged.written_for_url(number, raw) if self.scheme.jws else tagged.written(number, raw)
        return {"signature": signature, "key_version": number}


async def is_signature(view: View, key: KeyRecord, scheme: Scheme, *, text: str, context: str, signature: str) -> bool:
    """Whether one of the versions of a key has made a signature.

    Args:
        text: what was signed, in base64. context: derives the key, in base64.

    Raises: `InvalidRequest` for what is no base64, no signature, or of a version that may not be used.
    """
    derives_by = context_of(context)
    data = data_of(text)
    number, encoded = tagged.parsed(key, signature, "signature")
    raw = tagged.from_text(encoded, jws=scheme.jws)
    version = await loaded(view, key, number)
    return is_valid(cryptor_of(key, version, derives_by), scheme, data, raw)

"""`encapsulate` and `decapsulate`: shared secrets by keys of ML-KEM.

These paths are our own; no other server's transit engine has ML-KEM.

Source: FIPS 203
"""

from __future__ import annotations

from base64 import b64encode
from typing import Annotated

from strongroom.crypto.post_quantum.ml_kem import MlKemKey
from strongroom.engines.transit.encryption import ciphertexts
from strongroom.engines.transit.encryption.items import MISSING_CIPHERTEXT
from strongroom.engines.transit.keys import rows
from strongroom.engines.transit.keys.allowed import DECRYPT, ENCRYPT, check_operation
from strongroom.engines.transit.keys.loaded import loaded
from strongroom.engines.transit.keys.records import KeyRecord
from strongroom.engines.transit.keys.versions import to_check, to_make
from strongroom.engines.transit.refusals import Code, Refused
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Body, Doc, Request, Response, View, check_segment_name, path


class EncapsulateFields(Body, frozen=True):
    """Which version makes the shared secret."""

    key_version: Annotated[int, Doc(description="The version to make it for; 0 for the latest.")] = 0


class DecapsulateFields(Body, frozen=True):
    """What tells the shared secret."""

    ciphertext: Annotated[str, Doc(description="The ciphertext that `encapsulate` answered.")] = ""


class EncapsulatePaths:
    """`encapsulate/<name>` and `decapsulate/<name>`"""

    @path.write("encapsulate/{name}", computes=True)
    async def encapsulate(self, request: Request, name: str, body: EncapsulateFields) -> Response:
        """Makes a shared secret, and a ciphertext that tells it to who may decapsulate."""
        key = await _key(request.view, name, ENCRYPT)
        number = to_make(key, body.key_version)
        secret, text = (await _ml_kem(request.view, key, number)).encapsulate()
        return Response(
            data={
                "ciphertext": ciphertexts.written(number, text),
                "key_version": number,
                "shared_secret": b64encode(secret).decode("ascii"),
            }
        )

    @path.write("decapsulate/{name}", computes=True)
    async def decapsulate(self, request: Request, name: str, body: DecapsulateFields) -> Response:
        """Shows the shared secret of a ciphertext.

        A ciphertext that was altered gives another secret, and no error: that is how ML-KEM works.
        """
        if not body.ciphertext:
            raise Refused(Code.MISSING_INPUT, MISSING_CIPHERTEXT)
        key = await _key(request.view, name, DECRYPT)
        number, text = ciphertexts.parsed(body.ciphertext)
        number = to_check(key, number, "ciphertext")
        try:
            secret = (await _ml_kem(request.view, key, number)).decapsulate(text)
        except InvalidRequest as error:
            raise Refused(Code.INVALID_CIPHERTEXT, f"invalid ciphertext: {error.text}") from error
        return Response(data={"shared_secret": b64encode(secret).decode("ascii")})


async def _key(view: View, name: str, operation: str) -> KeyRecord:
    check_segment_name(name)
    key = await rows.usable(view, name)
    check_operation(key, operation)
    return key


async def _ml_kem(view: View, key: KeyRecord, number: int) -> MlKemKey:
    cryptor = (await loaded(view, key, number)).cryptor
    if not isinstance(cryptor, MlKemKey):
        raise Refused(Code.UNSUPPORTED, f"encapsulation not supported for key type {key.type}")
    return cryptor

"""`encrypt` and `decrypt`.

Source: https://openbao.org/api-docs/secret/transit/#encrypt-data
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from typing import Annotated

from strongroom.engines.transit.encryption import ciphertexts
from strongroom.engines.transit.keys import rows
from strongroom.engines.transit.keys.loaded import loaded
from strongroom.lib.errors import InvalidRequest, Tampered
from strongroom.sdk import SECRET, Body, Doc, Random, Request, Response, check_segment_name, path


class EncryptFields(Body, frozen=True):
    """What to encrypt."""

    plaintext: Annotated[str, Doc(description="What to encrypt, in base64.", extra=SECRET)] = ""


class DecryptFields(Body, frozen=True):
    """What to decrypt."""

    ciphertext: Annotated[str, Doc(description="The ciphertext that `encrypt` answered.")] = ""


class EncryptPaths:
    """`encrypt/<name>` and `decrypt/<name>`"""

    random: Random

    @path.write("encrypt/{name}")
    async def encrypt(self, request: Request, name: str, body: EncryptFields) -> Response:
        """Encrypts a plaintext."""
        check_segment_name(name)
        key = await rows.key_of(request.view, name)
        if key is None:
            raise InvalidRequest("encryption key not found")
        try:
            plaintext = b64decode(body.plaintext, validate=True)
        except Base64Error as error:
            raise InvalidRequest("failed to base64-decode plaintext") from error
        version = await loaded(request.view, key, key.latest_version)
        nonce = self.random.bytes(12)
        sealed = nonce + version.cryptor.seal(nonce, plaintext, b"")
        return Response(data={"ciphertext": ciphertexts.written(version.number, sealed), "key_version": version.number})

    @path.write("decrypt/{name}")
    async def decrypt(self, request: Request, name: str, body: DecryptFields) -> Response:
        """Decrypts a ciphertext."""
        check_segment_name(name)
        key = await rows.key_of(request.view, name)
        if key is None:
            raise InvalidRequest("encryption key not found")
        number, sealed = ciphertexts.parsed(body.ciphertext)
        if number not in rows.available(key):
            raise InvalidRequest("invalid ciphertext: version is too new")
        version = await loaded(request.view, key, number)
        try:
            plaintext = version.cryptor.open(sealed[:12], sealed[12:], b"")
        except Tampered as error:
            raise InvalidRequest("invalid ciphertext: unable to decrypt") from error
        return Response(data={"plaintext": b64encode(plaintext).decode("ascii")})

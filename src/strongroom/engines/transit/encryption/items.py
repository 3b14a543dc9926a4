"""What is done to one item: of a batch, or the only one of a request.  Both have the same fields and errors."""

from __future__ import annotations

import asyncio
from binascii import b2a_base64
from collections.abc import Awaitable, Mapping
from typing import Any

from strongroom.engines.transit.batches import AT_ONCE
from strongroom.engines.transit.encryption import ciphertexts
from strongroom.engines.transit.encryption.ciphers import Cipher, opened, sealed
from strongroom.engines.transit.encryption.key_use import KeyUse
from strongroom.engines.transit.encryption.options import IV, OF_RSA, options_of
from strongroom.engines.transit.fields import bytes_in, number_of, text_of
from strongroom.engines.transit.refusals import Code, Refused

_COMMON = {"context", "associated_data", "reference"}
OF_ENCRYPT = frozenset({"plaintext", "key_version", "key_versions", IV, *OF_RSA, *_COMMON})
OF_DECRYPT = frozenset({"ciphertext", *OF_RSA, *_COMMON})
_OLD, _NEW = "decrypt_", "encrypt_"
OF_REWRAP = frozenset(
    {"ciphertext", "key_version", *(prefix + name for prefix in (_OLD, _NEW) for name in OF_RSA), *_COMMON}
)
MISSING_PLAINTEXT = "missing plaintext to encrypt"
MISSING_CIPHERTEXT = "missing ciphertext to decrypt"

Given = Mapping[str, Any]
"""The fields as the client sent them."""


async def encrypted(use: KeyUse, given: Given) -> dict[str, Any]:
    """Encrypt the plaintext.  An empty one is as good as any other; a missing one isn't.  Raises `Refused`."""
    if "plaintext" not in given:
        raise Refused(Code.MISSING_INPUT, MISSING_PLAINTEXT)
    plaintext = bytes_in(given, "plaintext")
    context = bytes_in(given, "context")
    associated = bytes_in(given, "associated_data")
    cipher = await use.encrypting(number_of(given, "key_version"), context)
    answer = _ciphertext(use, cipher, plaintext, associated, given)
    if given.get("key_versions"):
        answer["ciphertexts"] = await _under_all(use, text_of(given, "key_versions"), plaintext, context, associated)
    return answer


def encrypted_of_batch(use: KeyUse, given: Given) -> Awaitable[dict[str, Any]]:
    """Encrypt the plaintext of an item, which can't be null.  Raises `Refused`."""
    if given.get("plaintext") is None:
        raise Refused(Code.MISSING_INPUT, MISSING_PLAINTEXT)
    return encrypted(use, given)


async def decrypted(use: KeyUse, given: Given) -> dict[str, Any]:
    """Decrypt the ciphertext.  Raises `Refused`."""
    number, text = ciphertexts.parsed(text_of(given, "ciphertext"))
    context, associated = bytes_in(given, "context"), bytes_in(given, "associated_data")
    plaintext = _plaintext(await use.decrypting(number, context), text, associated, given)
    return {"plaintext": b2a_base64(plaintext, newline=False).decode("ascii")}


async def rewrapped(use: KeyUse, given: Given) -> dict[str, Any]:
    """Encrypt the ciphertext's plaintext anew.  Raises `Refused`."""
    number, text = ciphertexts.parsed(text_of(given, "ciphertext"))
    context, associated = bytes_in(given, "context"), bytes_in(given, "associated_data")
    plaintext = _plaintext(await use.decrypting(number, context), text, associated, given, _OLD)
    cipher = await use.encrypting(number_of(given, "key_version"), context)
    return _ciphertext(use, cipher, plaintext, associated, given, prefix=_NEW)


def _ciphertext(
    use: KeyUse, cipher: Cipher, plaintext: bytes, associated: bytes, given: Given, *, prefix: str = ""
) -> dict[str, Any]:
    options = options_of(cipher.primitive, cipher.type, given, prefix)
    text = sealed(cipher, plaintext, associated, use.random, options)
    return {"ciphertext": ciphertexts.written(cipher.number, text), "key_version": cipher.number}


def _plaintext(cipher: Cipher, text: bytes, associated: bytes, given: Given, prefix: str = "") -> bytes:
    return opened(cipher, text, associated, options_of(cipher.primitive, cipher.type, given, prefix))


async def _under_all(
    use: KeyUse, which: str, plaintext: bytes, context: bytes, associated: bytes
) -> list[dict[str, Any]]:
    """The ciphertexts that this plaintext has, or had, under every version that still decrypts."""
    if which != "all":
        raise Refused(Code.INVALID_FIELD, 'key_versions is "all", or empty')
    if not use.key.convergent:
        raise Refused(
            Code.UNSUPPORTED, "key_versions finds ciphertexts again; that takes a key with convergent_encryption"
        )
    found = []
    for number in use.spend_all():
        cipher = await use.decrypting(number, context)
        text = ciphertexts.written(number, sealed(cipher, plaintext, associated, use.random))
        found.append({"key_version": number, "ciphertext": text})
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)
    return found

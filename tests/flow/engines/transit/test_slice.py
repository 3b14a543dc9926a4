"""A key is made, encrypts and decrypts."""

from __future__ import annotations

import pytest

from strongroom.lib.errors import InvalidRequest
from tests.flow.engines.transit.mounts import Keys, base64


async def test_what_is_encrypted_is_decrypted() -> None:
    """A ciphertext opens to its plaintext, is different each time, and opens no longer when a bit of it is turned."""
    keys = await Keys.new(k="aes256-gcm96")
    first = await keys.write("encrypt/k", plaintext=base64("hello"))
    second = await keys.write("encrypt/k", plaintext=base64("hello"))
    assert first["ciphertext"].startswith("vault:v1:")
    assert first["ciphertext"] != second["ciphertext"]
    assert await keys.write("decrypt/k", ciphertext=first["ciphertext"]) == {"plaintext": base64("hello")}
    text = first["ciphertext"]
    altered = text[:20] + ("A" if text[20] != "A" else "B") + text[21:]
    with pytest.raises(InvalidRequest):
        await keys.write("decrypt/k", ciphertext=altered)

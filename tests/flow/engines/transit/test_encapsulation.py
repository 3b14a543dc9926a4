"""Shared secrets by ML-KEM."""

from __future__ import annotations

from base64 import b64decode

import pytest

from strongroom.lib.errors import InvalidRequest
from tests.flow.engines.transit.mounts import Keys, base64


@pytest.mark.parametrize("parameter_set", ["768", "1024"])
async def test_both_sides_have_the_same_secret(parameter_set: str) -> None:
    """The ciphertext gives the secret of 32 bytes that was made with it, and every secret is another one."""
    keys = await Keys.new()
    await keys.make("k", type="ml-kem", parameter_set=parameter_set)
    made = [await keys.write("encapsulate/k") for _ in range(2)]
    assert made[0]["shared_secret"] != made[1]["shared_secret"]
    for each in made:
        assert len(b64decode(each["shared_secret"])) == 32
        told = await keys.write("decapsulate/k", ciphertext=each["ciphertext"])
        assert told == {"shared_secret": each["shared_secret"]}


@pytest.mark.parametrize(
    ("path", "fields", "text"),
    [
        ("encapsulate/k", {"key_version": 2}, "higher than the latest"),
        ("encapsulate/none", {}, "encryption key not found"),
        ("encapsulate/aes", {}, "encapsulation not supported for key type aes256-gcm96"),
        ("decapsulate/aes", {"ciphertext": "vault:v1:" + base64(bytes(1088))}, "not supported"),
        ("decapsulate/k", {}, "missing ciphertext"),
        ("decapsulate/k", {"ciphertext": "x"}, "no prefix"),
        ("decapsulate/k", {"ciphertext": "vault:v2:AAAA"}, "too new"),
        ("decapsulate/k", {"ciphertext": "vault:v1:AAAA"}, "no ciphertext of ML-KEM-768"),
        ("encrypt/k", {"plaintext": ""}, "not supported for key type ml-kem"),
    ],
)
async def test_wrong_uses_are_refused(path: str, fields: dict[str, object], text: str) -> None:
    """Each wrong use has an error that says what is wrong."""
    keys = await Keys.new(aes="aes256-gcm96")
    await keys.make("k", type="ml-kem", parameter_set="768")
    with pytest.raises(InvalidRequest, match=text):
        await keys.write(path, **fields)

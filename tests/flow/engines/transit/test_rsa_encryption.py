"""Encryption with RSA keys, over the paths of a mount."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.engines.transit.refusals import Code, Refused
from tests.flow.engines.transit.mounts import Keys, base64

OLD = {"padding_scheme": "pkcs1v15"}
NEW = {"oaep_hash": "sha1", "mgf_hash": "sha2-512"}


async def test_rsa_with_every_padding_single_and_in_batches() -> None:
    """What is encrypted with a padding opens with it, alone and in a batch, and is rewrapped to another one."""
    keys = await Keys.new(k="rsa-2048")
    for options in ({}, OLD, NEW):
        text = (await keys.write("encrypt/k", plaintext=base64("hello"), **options))["ciphertext"]
        assert await keys.write("decrypt/k", ciphertext=text, **options) == {"plaintext": base64("hello")}
        answer = await keys.answer("decrypt/k", batch_input=[{"ciphertext": text, **options}])
        assert answer.data is not None
        assert answer.data["batch_results"][0]["plaintext"] == base64("hello")
    text = (await keys.write("encrypt/k", plaintext=base64("hello"), **OLD))["ciphertext"]
    choice = {"decrypt_padding_scheme": "pkcs1v15", "encrypt_oaep_hash": "sha1", "encrypt_mgf_hash": "sha2-512"}
    again = (await keys.write("rewrap/k", ciphertext=text, **choice))["ciphertext"]
    assert await keys.write("decrypt/k", ciphertext=again, **NEW) == {"plaintext": base64("hello")}
    made = await keys.write("datakey/plaintext/k", **OLD)
    assert await keys.write("decrypt/k", ciphertext=made["ciphertext"], **OLD) == {"plaintext": made["plaintext"]}


@pytest.mark.parametrize(
    ("path", "fields", "code"),
    [
        ("encrypt/k", {"plaintext": base64(bytes(300))}, Code.TOO_LONG),
        ("encrypt/k", {"plaintext": "", "associated_data": "YQ=="}, Code.UNSUPPORTED),
        ("encrypt/k", {"plaintext": "", "iv": base64(bytes(16))}, Code.UNSUPPORTED),
        ("encrypt/k", {"plaintext": "", "oaep_hash": "md5"}, Code.INVALID_FIELD),
        ("decrypt/k", {"ciphertext": "vault:v1:AAAA"}, Code.AUTHENTICATION_FAILED),
        ("decrypt/k", {"ciphertext": "vault:v1:" + base64(bytes(256))}, Code.AUTHENTICATION_FAILED),
    ],
)
async def test_wrong_uses_have_the_same_error_in_a_batch(path: str, fields: dict[str, Any], code: Code) -> None:
    """What RSA refuses is a refusal with a code, with the same text in a batch."""
    keys = await Keys.new(k="rsa-2048")
    with pytest.raises(Refused) as refusal:
        await keys.write(path, **fields)
    assert refusal.value.code is code
    answer = await keys.answer(path, batch_input=[fields])
    assert answer.status == 400
    assert answer.data == {"batch_results": [{"error": refusal.value.text, "error_code": code.value, "reference": ""}]}

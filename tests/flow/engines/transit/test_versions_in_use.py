"""Which versions encrypt, decrypt and rewrap, and what a key may be used for."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.engines.transit.refusals import Code, Refused
from strongroom.lib.errors import InvalidRequest
from tests.flow.engines.transit.mounts import Keys, base64
from tests.flow.engines.transit.versions import change

CONTEXT = {"context": base64("c")}


async def _three(**settings: Any) -> tuple[Keys, list[str]]:
    """A key with three versions, and a ciphertext of each."""
    keys = await Keys.new()
    await keys.make("k", **settings)
    await change(keys, "k", b"2" * 32, b"3" * 32)
    bound = CONTEXT if settings else {}
    made = [await keys.write("encrypt/k", plaintext=base64("x"), key_version=v, **bound) for v in (1, 2, 3)]
    assert [each["key_version"] for each in made] == [1, 2, 3]
    return keys, [each["ciphertext"] for each in made]


async def test_a_ciphertext_opens_with_the_version_it_names() -> None:
    """All versions decrypt, the latest encrypts; a ciphertext under another version's name is refused."""
    keys, texts = await _three()
    assert [text.split(":")[1] for text in texts] == ["v1", "v2", "v3"]
    for text in texts:
        assert await keys.write("decrypt/k", ciphertext=text) == {"plaintext": base64("x")}
    assert (await keys.write("encrypt/k", plaintext=""))["key_version"] == 3
    with pytest.raises(Refused) as refusal:
        await keys.write("decrypt/k", ciphertext=texts[0].replace("v1", "v2"))
    assert refusal.value.code is Code.AUTHENTICATION_FAILED


async def test_old_versions_are_refused() -> None:
    """Below the minimum nothing is decrypted or encrypted."""
    keys, texts = await _three()
    await change(keys, "k", min_decryption_version=2, min_encryption_version=3)
    for path in ("decrypt/k", "rewrap/k"):
        with pytest.raises(Refused) as refusal:
            await keys.write(path, ciphertext=texts[0])
        assert refusal.value.code is Code.VERSION_TOO_OLD
    for version in (1, 2):
        with pytest.raises(Refused) as refusal:
            await keys.write("encrypt/k", plaintext="", key_version=version)
        assert refusal.value.code is Code.INVALID_VERSION
    assert await keys.write("decrypt/k", ciphertext=texts[1]) == {"plaintext": base64("x")}


async def test_rewrapping_brings_to_the_latest_version() -> None:
    """`rewrap` encrypts with the latest version, or with the one that is asked for."""
    keys, texts = await _three()
    assert (await keys.write("rewrap/k", ciphertext=texts[0]))["key_version"] == 3
    assert (await keys.write("rewrap/k", ciphertext=texts[0], key_version=2))["key_version"] == 2
    answer = await keys.answer("rewrap/k", batch_input=[{"ciphertext": text} for text in texts])
    assert answer.data is not None
    assert [each["key_version"] for each in answer.data["batch_results"]] == [3, 3, 3]


async def test_all_ciphertexts_of_a_convergent_key_are_found_again() -> None:
    """`key_versions` answers what the plaintext has under each version that decrypts, even if it encrypts no more."""
    keys, texts = await _three(derived=True, convergent_encryption=True)
    fields: dict[str, Any] = {"plaintext": base64("x"), "key_versions": "all", **CONTEXT}
    found = await keys.write("encrypt/k", **fields)
    assert [each["ciphertext"] for each in found["ciphertexts"]] == texts
    assert [each["key_version"] for each in found["ciphertexts"]] == [1, 2, 3]
    assert found["ciphertext"] == texts[2]
    await change(keys, "k", min_decryption_version=2, min_encryption_version=3)
    answer = await keys.answer("encrypt/k", batch_input=[fields])
    assert answer.data is not None
    assert [each["ciphertext"] for each in answer.data["batch_results"][0]["ciphertexts"]] == texts[1:]


async def test_key_versions_needs_a_convergent_key_and_has_a_bound() -> None:
    """Other keys and words are refused, and so are more ciphertexts than a request may ask for."""
    keys, _ = await _three(derived=True, convergent_encryption=True)
    await keys.make("plain")
    fields: dict[str, Any] = {"plaintext": base64("x"), "key_versions": "all", **CONTEXT}
    with pytest.raises(Refused, match="convergent_encryption"):
        await keys.write("encrypt/plain", **fields)
    with pytest.raises(Refused, match="or empty"):
        await keys.write("encrypt/k", **(fields | {"key_versions": "1"}))
    answer = await keys.answer("encrypt/k", batch_input=[fields] * 3334)
    assert answer.data is not None
    codes = [each.get("error_code") for each in answer.data["batch_results"]]
    assert codes == [*[None] * 3333, "too_long"]


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize("path", ["encrypt/k", "decrypt/k", "rewrap/k"])
async def test_a_soft_deleted_key_does_nothing(path: str, batch: bool) -> None:
    """A key that is marked as deleted refuses each item."""
    keys, texts = await _three()
    await change(keys, "k", soft_deleted=True)
    item = {"plaintext": ""} if path == "encrypt/k" else {"ciphertext": texts[0]}
    if batch:
        answer = await keys.answer(path, batch_input=[item])
        assert answer.data is not None
        assert [each["error_code"] for each in answer.data["batch_results"]] == ["key_deleted"]
    else:
        with pytest.raises(Refused, match="soft-deleted"):
            await keys.write(path, **item)


@pytest.mark.parametrize("allowed", ["encrypt", "decrypt", "rewrap"])
async def test_a_key_does_only_what_it_may(allowed: str) -> None:
    """Of three operations the two that aren't allowed are refused; data keys count as encryption."""
    keys, texts = await _three()
    await change(keys, "k", allowed_operations=(allowed,))
    asked = {
        "encrypt/k": {"plaintext": ""},
        "decrypt/k": {"ciphertext": texts[2]},
        "rewrap/k": {"ciphertext": texts[2]},
        "datakey/wrapped/k": {},
    }
    for path, fields in asked.items():
        may = path.startswith(allowed) or (allowed == "encrypt" and path.startswith("datakey"))
        if may:
            assert "ciphertext" in await keys.write(path, **fields) or allowed == "decrypt"
        else:
            with pytest.raises(InvalidRequest, match="allowed_operations"):
                await keys.write(path, **fields)

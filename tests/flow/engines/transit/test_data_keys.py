"""`datakey`, `datakeys` and `derivedkeys`."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import pytest

from strongroom.lib.errors import InvalidRequest
from tests.flow.engines.transit.mounts import Keys, base64


async def _opened(keys: Keys, ciphertext: str, **fields: Any) -> str:
    return str((await keys.write("decrypt/k", ciphertext=ciphertext, **fields))["plaintext"])


@pytest.mark.parametrize(("bits", "size"), [(None, 32), (128, 16), (256, 32), (512, 64)])
async def test_a_data_key_has_its_length_and_decrypts(bits: int | None, size: int) -> None:
    """The encrypted data key decrypts to the one that was shown, with the length that was asked for."""
    keys = await Keys.new(k="aes256-gcm96")
    made = await keys.write("datakey/plaintext/k", **({} if bits is None else {"bits": bits}))
    assert len(b64decode(made["plaintext"])) == size
    assert made["key_version"] == 1
    assert await _opened(keys, made["ciphertext"]) == made["plaintext"]


async def test_a_wrapped_data_key_is_not_shown() -> None:
    """`wrapped` answers the ciphertext alone, which is bound to context and associated data."""
    keys = await Keys.new()
    await keys.make("k", derived=True)
    bound = {"context": base64("c"), "associated_data": base64("a")}
    made = await keys.write("datakey/wrapped/k", **bound)
    assert set(made) == {"ciphertext", "key_version"}
    assert len(b64decode(await _opened(keys, made["ciphertext"], **bound))) == 32
    with pytest.raises(InvalidRequest):
        await _opened(keys, made["ciphertext"], context=base64("c"))


async def test_a_set_of_data_keys() -> None:
    """A set has as many different keys as were asked for, each with a ciphertext that opens to it."""
    keys = await Keys.new(k="aes256-gcm96")
    made = await keys.write("datakeys/plaintext/k", count=300, bits=128)
    assert made["key_version"] == 1
    assert len({pair["plaintext"] for pair in made["key_pairs"]}) == 300
    for pair in made["key_pairs"][::100]:
        assert set(pair) == {"ciphertext", "plaintext"}
        assert await _opened(keys, pair["ciphertext"]) == pair["plaintext"]
    (wrapped,) = (await keys.write("datakeys/wrapped/k", count=1))["key_pairs"]
    assert set(wrapped) == {"ciphertext"}


async def test_derived_data_keys_are_always_the_same() -> None:
    """The same parameters give the same keys and ciphertexts; each parameter and number gives another one."""
    keys = await Keys.new()
    await keys.make("k", derived=True, convergent_encryption=True)
    fields: dict[str, Any] = {"salt": "s", "key_index_from": 3, "key_index_to": 6, "context": base64("c")}
    made = await keys.write("derivedkeys/plaintext/k", **fields)
    assert set(made) == {"3", "4", "5", "key_version"}
    assert await keys.write("derivedkeys/plaintext/k", **fields) == made
    assert await _opened(keys, made["4"]["ciphertext"], context=base64("c")) == made["4"]["plaintext"]
    others: list[dict[str, Any]] = [{"salt": "t"}, {"info": "i"}, {"context": base64("d")}, {"bits": 128}]
    seen = {made[number]["plaintext"] for number in ("3", "4", "5")}
    for other in others:
        seen.add((await keys.write("derivedkeys/plaintext/k", **(fields | other)))["3"]["plaintext"])
    assert len(seen) == 7
    assert set((await keys.write("derivedkeys/wrapped/k", **fields))["3"]) == {"ciphertext"}


NO_NUMBERS = {"salt": "s", "key_index_from": 5, "key_index_to": 5, "context": "Yw=="}


@pytest.mark.parametrize(
    ("path", "fields", "text"),
    [
        ("datakey/plaintext/k", {"bits": 100}, "invalid bit length"),
        ("datakey/plaintext/k", {"bits": 0}, "invalid bit length"),
        ("datakey/other/k", {}, "must be 'plaintext' or 'wrapped'"),
        ("datakey/plaintext/none", {}, "encryption key not found"),
        ("datakey/plaintext/k", {"context": "!"}, "failed to base64-decode context"),
        ("datakey/plaintext/k", {"associated_data": "!"}, "failed to base64-decode associated_data"),
        ("datakey/plaintext/k", {"key_version": 2}, "higher than the latest"),
        ("datakey/plaintext/k", {"padding_scheme": "oaep"}, "padding_scheme is for RSA keys"),
        ("datakey/plaintext/mac", {}, "not supported for key type hmac"),
        ("datakeys/plaintext/k", {}, "count is missing"),
        ("datakeys/plaintext/k", {"count": -1}, "not negative"),
        ("datakeys/plaintext/k", {"count": 10_001}, "10000 data keys at the most"),
        ("derivedkeys/plaintext/k", {"salt": "s", "key_index_from": 0, "key_index_to": 1}, "convergent_encryption"),
        ("derivedkeys/plaintext/c", {"key_index_from": 0, "key_index_to": 1, "context": "Yw=="}, "missing salt"),
        ("derivedkeys/plaintext/c", {"salt": "s", "context": "Yw=="}, "missing key_index_from"),
        (
            "derivedkeys/plaintext/c",
            {"salt": "s", "key_index_from": 5, "key_index_to": 5, "context": "Yw=="},
            "no data key",
        ),
        ("derivedkeys/plaintext/c", {"salt": "s", "key_index_from": 0, "key_index_to": 1}, "missing 'context'"),
    ],
)
async def test_wrong_wishes_are_refused(path: str, fields: dict[str, Any], text: str) -> None:
    """Each wrong wish has an error that says what is wrong with it."""
    keys = await Keys.new(k="aes256-gcm96", mac="hmac")
    await keys.make("c", derived=True, convergent_encryption=True)
    with pytest.raises(InvalidRequest, match=text):
        await keys.write(path, **fields)

"""`encrypt`, `decrypt` and `rewrap`, one item at a time."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from strongroom.engines.transit.refusals import Code, Refused
from strongroom.lib.errors import InvalidRequest
from tests.flow.engines.transit.mounts import Keys, base64

AUTHENTICATED = ("aes128-gcm96", "aes256-gcm96", "chacha20-poly1305", "xchacha20-poly1305")
SYMMETRIC = (*AUTHENTICATED, "aes128-cbc", "aes256-cbc")


async def _refusal(keys: Keys, path: str, **fields: Any) -> Refused:
    with pytest.raises(Refused) as refusal:
        await keys.write(path, **fields)
    return refusal.value


@pytest.mark.parametrize("type_", SYMMETRIC)
@pytest.mark.parametrize("plaintext", [b"", b"x", b"exactly 16 bytes", bytes(range(256)) * 40])
async def test_every_type_opens_what_it_sealed(type_: str, plaintext: bytes) -> None:
    """Every symmetric type decrypts what it encrypted: nothing, one block, many; each time as another ciphertext."""
    keys = await Keys.new(k=type_)
    made = [await keys.write("encrypt/k", plaintext=base64(plaintext)) for _ in range(2)]
    assert made[0]["ciphertext"] != made[1]["ciphertext"]
    for each in made:
        assert each["key_version"] == 1
        assert await keys.write("decrypt/k", ciphertext=each["ciphertext"]) == {"plaintext": base64(plaintext)}


@pytest.mark.parametrize("type_", SYMMETRIC)
async def test_a_derived_key_is_one_for_each_context(type_: str) -> None:
    """What was encrypted under a context opens under it alone, and nothing works without a context."""
    keys = await Keys.new()
    await keys.make("k", type=type_, derived=True)
    text = (await keys.write("encrypt/k", plaintext=base64("hello"), context=base64("row 1")))["ciphertext"]
    opened = await keys.write("decrypt/k", ciphertext=text, context=base64("row 1"))
    assert opened == {"plaintext": base64("hello")}
    if type_ in AUTHENTICATED:
        wrong = await _refusal(keys, "decrypt/k", ciphertext=text, context=base64("row 2"))
        assert wrong.code is Code.AUTHENTICATION_FAILED
    for path, fields in (("encrypt/k", {"plaintext": ""}), ("decrypt/k", {"ciphertext": text})):
        assert (await _refusal(keys, path, **fields)).code is Code.MISSING_CONTEXT


@pytest.mark.parametrize("type_", SYMMETRIC)
async def test_convergent_ciphertexts_are_equal_for_equal_plaintexts(type_: str) -> None:
    """Under one context equal plaintexts have equal ciphertexts; another plaintext or context gives another one."""
    keys = await Keys.new()
    await keys.make("k", type=type_, derived=True, convergent_encryption=True)

    async def made(plaintext: str, context: str) -> str:
        answer = await keys.write("encrypt/k", plaintext=base64(plaintext), context=base64(context))
        return str(answer["ciphertext"])

    first = await made("hello", "a")
    assert await made("hello", "a") == first
    assert len({first, await made("hello", "b"), await made("hullo", "a")}) == 3
    assert await keys.write("decrypt/k", ciphertext=first, context=base64("a")) == {"plaintext": base64("hello")}


@pytest.mark.parametrize("type_", AUTHENTICATED)
async def test_a_convergent_nonce_never_serves_two_values_of_associated_data(type_: str) -> None:
    """One plaintext with different associated data has different nonces, so that no tags can be forged."""
    keys = await Keys.new()
    await keys.make("k", type=type_, derived=True, convergent_encryption=True)
    size = 24 if type_.startswith("x") else 12
    nonces = set()
    for associated in ("", base64("a"), base64("b")):
        fields = {"context": base64("c"), "associated_data": associated}
        text = (await keys.write("encrypt/k", plaintext=base64("hello"), **fields))["ciphertext"]
        again = (await keys.write("encrypt/k", plaintext=base64("hello"), **fields))["ciphertext"]
        assert text == again
        nonces.add(b64decode(text.split(":")[2])[:size])
        assert await keys.write("decrypt/k", ciphertext=text, **fields) == {"plaintext": base64("hello")}
    assert len(nonces) == 3


@pytest.mark.parametrize("type_", AUTHENTICATED)
async def test_associated_data_are_authenticated(type_: str) -> None:
    """A ciphertext opens with its associated data alone."""
    keys = await Keys.new(k=type_)
    text = (await keys.write("encrypt/k", plaintext=base64("hello"), associated_data=base64("a")))["ciphertext"]
    opened = await keys.write("decrypt/k", ciphertext=text, associated_data=base64("a"))
    assert opened == {"plaintext": base64("hello")}
    for other in ("", base64("b")):
        refused = await _refusal(keys, "decrypt/k", ciphertext=text, associated_data=other)
        assert refused.code is Code.AUTHENTICATION_FAILED


@pytest.mark.parametrize("type_", ["aes128-cbc", "aes256-cbc"])
async def test_types_without_authentication_refuse_associated_data(type_: str) -> None:
    """AES-CBC authenticates nothing, so it doesn't pretend to."""
    keys = await Keys.new(k=type_)
    text = (await keys.write("encrypt/k", plaintext=base64("hello")))["ciphertext"]
    for path, fields in (("encrypt/k", {"plaintext": ""}), ("decrypt/k", {"ciphertext": text})):
        refused = await _refusal(keys, path, associated_data=base64("a"), **fields)
        assert refused.code is Code.UNSUPPORTED
        assert "associated_data" in refused.text


@pytest.mark.parametrize("type_", SYMMETRIC)
async def test_a_shortened_ciphertext_is_refused(type_: str) -> None:
    """A ciphertext that was cut anywhere is refused with 400, and with a code."""
    keys = await Keys.new(k=type_)
    text = (await keys.write("encrypt/k", plaintext=base64("hello")))["ciphertext"]
    sealed = b64decode(text.split(":")[2])
    for length in range(len(sealed)):
        cut = "vault:v1:" + b64encode(sealed[:length]).decode("ascii")
        refused = await _refusal(keys, "decrypt/k", ciphertext=cut)
        assert refused.code in {Code.AUTHENTICATION_FAILED, Code.INVALID_CIPHERTEXT}


@pytest.mark.parametrize("type_", AUTHENTICATED)
async def test_an_altered_ciphertext_is_refused(type_: str) -> None:
    """A ciphertext with any byte altered is refused, and the text says what may be the cause."""
    keys = await Keys.new(k=type_)
    text = (await keys.write("encrypt/k", plaintext=base64("hello")))["ciphertext"]
    sealed = b64decode(text.split(":")[2])
    for at in range(len(sealed)):
        altered = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        refused = await _refusal(keys, "decrypt/k", ciphertext="vault:v1:" + b64encode(altered).decode("ascii"))
        assert refused.code is Code.AUTHENTICATION_FAILED
        assert "altered" in refused.text


async def test_a_ciphertext_of_another_key_is_refused() -> None:
    """A key opens nothing that another one sealed."""
    keys = await Keys.new(k="aes256-gcm96", other="aes256-gcm96")
    text = (await keys.write("encrypt/other", plaintext=base64("hello")))["ciphertext"]
    assert (await _refusal(keys, "decrypt/k", ciphertext=text)).code is Code.AUTHENTICATION_FAILED


@pytest.mark.parametrize(
    ("ciphertext", "code"),
    [
        ("", Code.MISSING_INPUT),
        (None, Code.MISSING_INPUT),
        ("plain", Code.INVALID_CIPHERTEXT),
        ("vault:1:aaaa", Code.INVALID_CIPHERTEXT),
        ("bao:v1:aaaa", Code.INVALID_CIPHERTEXT),
        ("Vault:v1:aaaa", Code.INVALID_CIPHERTEXT),
        ("vault:v1", Code.INVALID_CIPHERTEXT),
        ("vault:vx:aaaa", Code.INVALID_CIPHERTEXT),
        ("vault:v-1:aaaa", Code.INVALID_CIPHERTEXT),
        ("vault:v\u0661:aaaa", Code.INVALID_CIPHERTEXT),
        ("vault:v" + "9" * 5000 + ":aaaa", Code.INVALID_CIPHERTEXT),
        ("vault:v1:", Code.INVALID_CIPHERTEXT),
        ("vault:v1:a", Code.INVALID_CIPHERTEXT),
        ("vault:v1:a-_a", Code.INVALID_CIPHERTEXT),
        ("vault:v1:ü", Code.INVALID_CIPHERTEXT),
        ("vault:v1:\ud800", Code.INVALID_CIPHERTEXT),
        ("vault:v2:aaaa", Code.VERSION_TOO_NEW),
        ("vault:v9999999999:aaaa", Code.VERSION_TOO_NEW),
        ("vault:v1:aaaa", Code.INVALID_CIPHERTEXT),
    ],
)
async def test_what_is_no_ciphertext_is_refused(ciphertext: str | None, code: Code) -> None:
    """Each wrong form of a ciphertext has an error with a stable code, alone, in a batch, and to be rewrapped."""
    keys = await Keys.new(k="aes256-gcm96")
    single = await _refusal(keys, "decrypt/k", ciphertext=ciphertext)
    assert single.code is code
    assert (await _refusal(keys, "rewrap/k", ciphertext=ciphertext)).code is code
    answer = await keys.answer("decrypt/k", batch_input=[{"ciphertext": ciphertext}])
    assert answer.status == 400
    assert answer.data == {"batch_results": [{"error": single.text, "error_code": code.value, "reference": ""}]}


async def test_ciphertexts_without_a_number_are_of_the_first_version() -> None:
    """Version 0 stands for the first one, as in the oldest ciphertexts of other servers."""
    keys = await Keys.new(k="aes256-gcm96")
    text = (await keys.write("encrypt/k", plaintext=base64("hello")))["ciphertext"]
    opened = await keys.write("decrypt/k", ciphertext=text.replace("vault:v1:", "vault:v0:"))
    assert opened == {"plaintext": base64("hello")}


WRONG_BASE64 = ["a", "aGVsbG8", "aGVsbG8==", "aGVsbG8=x", "aGVsbG8=aGVsbG8=", "a-_a", "a bc", "a.bc", "====", "ü", "\0"]


@pytest.mark.parametrize("wrong", WRONG_BASE64)
@pytest.mark.parametrize("field", ["plaintext", "context", "associated_data"])
async def test_wrong_base64_is_told_with_its_field_and_byte(wrong: str, field: str) -> None:
    """Text that isn't padded base64 of the standard alphabet is refused; the error names field and byte."""
    keys = await Keys.new(k="aes256-gcm96")
    fields = {"plaintext": "", field: wrong}
    single = await _refusal(keys, "encrypt/k", **fields)
    assert single.code is Code.INVALID_BASE64
    assert single.text.startswith(f"failed to base64-decode {field}: illegal base64 data at input byte ")
    answer = await keys.answer("encrypt/k", batch_input=[fields])
    assert answer.data == {
        "batch_results": [{"error": single.text, "error_code": "invalid_base64", "reference": ""}],
    }


async def test_lines_of_base64_are_accepted() -> None:
    """The line ends that `base64` of the shell writes are no part of the text."""
    keys = await Keys.new(k="aes256-gcm96")
    text = (await keys.write("encrypt/k", plaintext="aGVs\nbG8=\r\n"))["ciphertext"]
    assert await keys.write("decrypt/k", ciphertext=text) == {"plaintext": "aGVsbG8="}


@pytest.mark.parametrize("plaintext", ["", None])
async def test_an_empty_plaintext_is_one(plaintext: str | None) -> None:
    """An empty plaintext is encrypted, and null is an empty one."""
    keys = await Keys.new(k="aes256-gcm96")
    text = (await keys.write("encrypt/k", plaintext=plaintext))["ciphertext"]
    assert await keys.write("decrypt/k", ciphertext=text) == {"plaintext": ""}


async def test_a_missing_plaintext_is_refused() -> None:
    """Without a plaintext nothing is encrypted, and no key is made."""
    keys = await Keys.new()
    assert (await _refusal(keys, "encrypt/k", context=base64("c"))).code is Code.MISSING_INPUT
    assert await keys.mount.rows() == {}


@pytest.mark.parametrize("path", ["decrypt/none", "rewrap/none"])
async def test_an_unknown_key_opens_nothing(path: str) -> None:
    """A key that doesn't exist is told as that."""
    keys = await Keys.new()
    with pytest.raises(InvalidRequest, match="encryption key not found"):
        await keys.write(path, ciphertext="vault:v1:aaaa")


@pytest.mark.parametrize(("version", "word"), [(2, "higher"), (-1, "negative"), ("2", "higher")])
async def test_a_version_that_the_key_lacks_is_refused(version: Any, word: str) -> None:
    """A version that doesn't exist encrypts nothing."""
    keys = await Keys.new(k="aes256-gcm96")
    refused = await _refusal(keys, "encrypt/k", plaintext="", key_version=version)
    assert refused.code is Code.INVALID_VERSION
    assert word in refused.text


@pytest.mark.parametrize("type_", ["hmac", "aes256-cmac"])
@pytest.mark.parametrize(
    ("path", "fields"), [("encrypt/k", {"plaintext": ""}), ("decrypt/k", {"ciphertext": "vault:v1:aaaa"})]
)
async def test_keys_that_only_authenticate_do_not_encrypt(type_: str, path: str, fields: dict[str, str]) -> None:
    """Keys for codes neither encrypt nor decrypt."""
    keys = await Keys.new(k=type_)
    refused = await _refusal(keys, path, **fields)
    assert refused.code is Code.UNSUPPORTED
    assert f"not supported for key type {type_}" in refused.text


async def test_a_nonce_is_not_taken_from_the_client() -> None:
    """A client's `nonce` is ignored with a warning: the server chooses every nonce."""
    keys = await Keys.new(k="aes256-gcm96")
    answer = await keys.answer("encrypt/k", plaintext="", nonce=base64(bytes(12)))
    assert any("nonce" in warning for warning in answer.warnings)
    assert answer.data is not None
    assert not b64decode(answer.data["ciphertext"].split(":")[2]).startswith(bytes(12))


@pytest.mark.parametrize("derived", [False, True])
async def test_rewrapping_keeps_the_plaintext(derived: bool) -> None:
    """A rewrapped ciphertext is another one, of the same plaintext, context and associated data."""
    keys = await Keys.new()
    await keys.make("k", derived=derived)
    bound = {"associated_data": base64("a"), "context": base64("c")}
    text = (await keys.write("encrypt/k", plaintext=base64("hello"), **bound))["ciphertext"]
    again = await keys.write("rewrap/k", ciphertext=text, **bound)
    assert again["ciphertext"] != text
    assert "plaintext" not in again
    opened = await keys.write("decrypt/k", ciphertext=again["ciphertext"], **bound)
    assert opened == {"plaintext": base64("hello")}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    plaintext=st.binary(max_size=300),
    context=st.binary(min_size=1, max_size=60),
    associated=st.binary(max_size=60),
    type_=st.sampled_from(AUTHENTICATED),
    convergent=st.booleans(),
)
async def test_any_plaintext_context_and_associated_data_come_back(
    plaintext: bytes, context: bytes, associated: bytes, type_: str, convergent: bool
) -> None:
    """Whatever bytes are encrypted, under whatever context and associated data, they come back."""
    keys = await Keys.new()
    await keys.make("k", type=type_, derived=True, convergent_encryption=convergent)
    bound = {"context": base64(context), "associated_data": base64(associated)}
    text = (await keys.write("encrypt/k", plaintext=base64(plaintext), **bound))["ciphertext"]
    opened = await keys.write("decrypt/k", ciphertext=text, **bound)
    assert opened == {"plaintext": base64(plaintext)}

"""HMACs and CMACs are made and verified."""

from __future__ import annotations

import hmac
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.cmac import CMAC

from strongroom.engines.transit.keys import rows
from strongroom.engines.transit.keys.records import KeyVersion
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import View, replace
from tests.flow.engines.transit.mounts import Keys, base64
from tests.flow.engines.transit.test_signatures import altered

MESSAGE = base64("hello")


async def version_with(keys: Keys, **fields: Any) -> None:
    """Give the version of the key `k` other material."""

    async def write(view: View) -> None:
        key = await rows.key_of(view, "k")
        assert key is not None
        version: KeyVersion = await rows.version_of(view, key, 1)
        rows.keep_version(view, key, 1, replace(version, **fields))

    await keys.change(write)


@pytest.mark.parametrize("type_", ["hmac", "aes256-gcm96", "ed25519", "rsa-2048", "aes128-cmac"])
async def test_hmacs_of_every_type(type_: str) -> None:
    """Every key makes HMACs, which are valid for their message alone, and unaltered."""
    keys = await Keys.new(k=type_)
    made = await keys.write("hmac/k", input=MESSAGE)
    assert made.keys() == {"hmac"}
    assert await keys.write("hmac/k", input=MESSAGE) == made
    code = made["hmac"]
    assert await keys.write("verify/k", input=MESSAGE, hmac=code) == {"valid": True}
    assert await keys.write("verify/k", input=base64("hellp"), hmac=code) == {"valid": False}
    assert await keys.write("verify/k", input=MESSAGE, hmac=altered(code)) == {"valid": False}
    assert await keys.write("verify/k", input=MESSAGE, hmac="vault:v1:") == {"valid": False}
    assert await keys.write("verify/k", hmac=code) == {"valid": False}


@pytest.mark.parametrize("name", ["sha1", "sha2-224", "sha2-256", "sha2-384", "sha2-512", "sha3-256", "sha3-512"])
async def test_hash_functions(name: str) -> None:
    """An HMAC is that of the standard library, by the hash function in the path or the body."""
    keys = await Keys.new(k="hmac")
    await version_with(keys, hmac_key=b"Jefe")
    python = name.replace("sha2-", "sha").replace("-", "_")
    wanted = f"vault:v1:{base64(hmac.digest(b'Jefe', b'what do ya want for nothing?', python))}"
    message = base64("what do ya want for nothing?")
    assert await keys.write(f"hmac/k/{name}", input=message, algorithm="nope") == {"hmac": wanted}
    assert await keys.write("hmac/k", input=message, algorithm=name) == {"hmac": wanted}
    for path, fields in (
        (f"verify/k/{name}", {}),
        ("verify/k", {"hash_algorithm": name}),
        ("verify/k", {"algorithm": name}),
    ):
        assert await keys.write(path, input=message, hmac=wanted, **fields) == {"valid": True}
    other = "sha2-512" if name != "sha2-512" else "sha2-256"
    assert await keys.write(f"verify/k/{other}", input=message, hmac=wanted) == {"valid": False}


async def test_the_vector_of_rfc_4231() -> None:
    """The HMAC-SHA-256 of test case 2."""
    keys = await Keys.new(k="hmac")
    await version_with(keys, hmac_key=b"Jefe")
    made = await keys.write("hmac/k", input=base64("what do ya want for nothing?"))
    digest = bytes.fromhex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    assert made == {"hmac": f"vault:v1:{base64(digest)}"}


@pytest.mark.parametrize(
    ("path", "fields", "text"),
    [
        ("hmac/k", {}, "missing input for HMAC"),
        ("hmac/k", {"input": "!!!"}, "unable to decode input as base64: illegal base64 data at input byte 0"),
        ("hmac/k/none", {"input": ""}, "algorithm cannot be none"),
        ("hmac/k/mldsa-mu", {"input": ""}, "algorithm cannot be none"),
        ("hmac/k/a/b", {"input": ""}, "unsupported algorithm a/b"),
        ("hmac/k", {"input": "", "algorithm": ""}, "unsupported algorithm "),
        ("hmac/k", {"key_version": 2, "input": ""}, "requested version for HMAC is higher than the latest key version"),
        ("hmac/k", {"key_version": -1, "input": ""}, "requested version for HMAC is negative"),
        ("hmac/k", {"batch_input": []}, "missing batch input to process"),
        ("cmac/k", {"input": ""}, "key type hmac does not support CMAC"),
        ("cmac/c", {}, "missing input for CMAC"),
        ("cmac/c", {"input": "!"}, "unable to decode input as base64: illegal base64 data at input byte 0"),
        ("cmac/c", {"input": "", "mac_length": 17}, "mac_length must be 1 to 16, the block size, or 0 for all of it"),
        ("cmac/c/17", {"input": ""}, "mac_length must be 1 to 16, the block size, or 0 for all of it"),
        ("cmac/c/-1", {"input": ""}, "mac_length must be 1 to 16, the block size, or 0 for all of it"),
        ("cmac/c/x", {"input": ""}, "the length of a CMAC is a number, and not 'x'"),
        ("cmac/c", {"input": "", "key_version": 2}, "requested version for CMAC is higher than the latest key version"),
        ("verify/c", {"cmac": "x"}, "invalid CMAC: no prefix"),
        ("verify/c", {"cmac": "vault:v1:!"}, "unable to decode verification CMAC as base64: illegal base64 data at i"),
        ("verify/c", {"cmac": "vault:v1:aaaa", "mac_length": 17}, "mac_length must be 1 to 16"),
    ],
)
async def test_mistakes(path: str, fields: dict[str, Any], text: str) -> None:
    """What can't be authenticated is refused, with the reason."""
    keys = await Keys.new(k="hmac", c="aes256-cmac")
    with pytest.raises(InvalidRequest) as refusal:
        await keys.write(path, **fields)
    assert refusal.value.text.startswith(text)


async def test_a_public_key_has_no_hmac_key() -> None:
    """A version that was imported without its private part makes no HMAC."""
    keys = await Keys.new(k="ed25519")
    await version_with(keys, hmac_key=b"")
    for path in ("hmac/k", "verify/k"):
        with pytest.raises(InvalidRequest, match=r"version 1 is only a public key, and has no HMAC key"):
            await keys.write(path, input=MESSAGE, hmac="vault:v1:aaaa")


async def test_a_batch_of_hmacs() -> None:
    """Every item has its code or its error, in order, and the status is 200."""
    keys = await Keys.new(k="hmac")
    response = await keys.answer(
        "hmac/k",
        batch_input=[
            {"input": MESSAGE, "reference": "a"},
            {},
            {"input": ""},
            {"input": "!!!", "reference": "b"},
            {"input": None},
            {"input": [1]},
        ],
    )
    empty = (await keys.write("hmac/k", input=""))["hmac"]
    assert response.status == 0
    assert response.data is not None
    results = response.data["batch_results"]
    assert results[0] == {"hmac": (await keys.write("hmac/k", input=MESSAGE))["hmac"], "reference": "a"}
    assert results[1] == {"error": "missing input for HMAC", "error_code": "missing_input", "reference": ""}
    assert results[2] == results[4] == {"hmac": empty, "reference": ""}
    assert (results[3]["error_code"], results[3]["reference"]) == ("invalid_base64", "b")
    assert results[5]["error_code"] == "invalid_field"


@pytest.mark.parametrize("type_", ["aes128-cmac", "aes192-cmac", "aes256-cmac"])
@pytest.mark.parametrize("length", [1, 8, 16])
async def test_cmacs(type_: str, length: int) -> None:
    """A CMAC is that of the library, of the length in the path or the body, and valid for this length alone."""
    keys = await Keys.new(k=type_)
    key = bytes(range({"aes128-cmac": 16, "aes192-cmac": 24, "aes256-cmac": 32}[type_]))
    await version_with(keys, private=key)
    library = CMAC(algorithms.AES(key))
    library.update(b"hello")
    wanted = f"vault:v1:{base64(library.finalize()[:length])}"
    assert await keys.write(f"cmac/k/{length}", input=MESSAGE, mac_length=3) == {"cmac": wanted}
    assert await keys.write("cmac/k", input=MESSAGE, mac_length=length) == {"cmac": wanted}
    assert await keys.write("verify/k", input=MESSAGE, cmac=wanted, mac_length=length) == {"valid": True}
    assert await keys.write("verify/k", input=MESSAGE, cmac=wanted) == {"valid": length == 16}
    assert await keys.write("verify/k", input=base64("hellp"), cmac=wanted, mac_length=length) == {"valid": False}
    assert await keys.write("verify/k", input=MESSAGE, cmac=altered(wanted), mac_length=length) == {"valid": False}


async def test_a_batch_of_cmacs() -> None:
    """Every item may have a length of its own; the others have that of the request."""
    keys = await Keys.new(k="aes256-cmac")
    items = [
        {"input": MESSAGE, "mac_length": 4},
        {"input": MESSAGE, "reference": "r"},
        {"input": MESSAGE, "mac_length": 99},
    ]
    results = (await keys.write("cmac/k", batch_input=items, mac_length=8))["batch_results"]
    assert [len(result.get("cmac", "")) for result in results] == [len("vault:v1:") + 8, len("vault:v1:") + 12, 0]
    assert results[2]["error_code"] == "invalid_field"
    checked = [
        {"input": MESSAGE, "cmac": results[0]["cmac"], "mac_length": 4},
        {"input": MESSAGE, "cmac": results[1]["cmac"]},
    ]
    answer = await keys.write("verify/k", batch_input=checked, mac_length=8)
    assert [result["valid"] for result in answer["batch_results"]] == [True, True]

"""Many signatures, or many checks, in one request."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from strongroom.lib.errors import InvalidRequest
from tests.flow.engines.transit.mounts import base64
from tests.flow.engines.transit.test_signatures import altered, with_key

ONE, TWO = base64("one"), base64("two")


async def test_signing() -> None:
    """Every item has its signature or its error, in order, with its reference, and the status is 200."""
    keys = await with_key("ed25519")
    response = await keys.answer(
        "sign/k",
        input="!!! ignored",
        batch_input=[{"input": ONE, "reference": "a"}, {"input": "!!!"}, {}, {"input": None}, {"input": [1]}],
    )
    assert response.status == 0
    assert response.data is not None
    results: list[dict[str, Any]] = response.data["batch_results"]
    assert results[0] == {**await keys.write("sign/k", input=ONE), "reference": "a"}
    assert results[3] == {**await keys.write("sign/k", input=""), "reference": ""}
    assert [result.get("error_code") for result in results] == [
        None,
        "invalid_base64",
        "missing_input",
        None,
        "invalid_field",
    ]
    assert all(result["key_version"] == 0 for result in results if "error" in result)


async def test_derived_keys() -> None:
    """Every item has a context of its own, and its result the public key."""
    keys = await with_key("ed25519", derived=True)
    contexts = [base64("here"), base64("there"), "!!!", ""]
    items = [{"input": ONE, "context": context} for context in contexts]
    results = (await keys.write("sign/k", batch_input=items))["batch_results"]
    assert results[0]["publickey"] != results[1]["publickey"]
    alone = await keys.write("sign/k", input=ONE, context=contexts[0])
    assert (results[0]["signature"], results[0]["publickey"]) == (alone["signature"], alone["public_key"])
    assert [result.get("error_code") for result in results] == [None, None, "invalid_base64", "missing_context"]
    checked = [{**item, "signature": results[0]["signature"]} for item in items]
    results = (await keys.write("verify/k", batch_input=checked))["batch_results"]
    assert [result["valid"] for result in results] == [True, False, False, False]


async def test_the_options_are_those_of_the_request() -> None:
    """Hash, scheme and version stand beside the batch, and those of an item are told as ignored."""
    keys = await with_key("ecdsa-p256")
    response = await keys.answer(
        "sign/k", batch_input=[{"input": ONE, "hash_algorithm": "nope"}], marshaling_algorithm="jws"
    )
    assert response.data is not None
    signature = response.data["batch_results"][0]["signature"]
    assert any("hash_algorithm" in warning for warning in response.warnings)
    jws = {"marshaling_algorithm": "jws"}
    assert await keys.write("verify/k", input=ONE, signature=signature, **jws) == {"valid": True}


@pytest.mark.parametrize("kind", ["signature", "hmac"])
async def test_verifying(kind: str) -> None:
    """Every item is judged for itself."""
    keys = await with_key("ed25519")
    path = "sign/k" if kind == "signature" else "hmac/k"
    made = (await keys.write(path, input=ONE))[kind]
    response = await keys.answer(
        "verify/k",
        batch_input=[
            {"input": ONE, kind: made, "reference": "a"},
            {"input": TWO, kind: made},
            {"input": ONE, kind: altered(made)},
            {"input": ONE, kind: "x", "reference": "b"},
            {"input": ONE, kind: None},
            {kind: made},
            {"input": "!!!", kind: made},
            {"input": ONE, kind: made.replace("v1", "v2")},
        ],
    )
    assert response.status == 0
    assert response.data is not None
    results = response.data["batch_results"]
    assert [result["valid"] for result in results] == [True, False, False, False, False, False, False, False]
    assert [result.get("error_code") for result in results] == [
        None,
        None,
        None,
        "invalid_signature",
        "invalid_signature",
        "missing_input",
        "invalid_base64",
        "version_too_new",
    ]
    assert [result["reference"] for result in results] == ["a", "", "", "b", "", "", "", ""]


@pytest.mark.parametrize(
    ("items", "text"),
    [
        ([{"input": ONE}], "no batch_input elements have 'signature' or 'hmac'"),
        ([{"signature": "x"}, {"input": ONE}], "some elements of batch_input are missing 'signature'"),
        ([{"hmac": "x"}, {}], "some elements of batch_input are missing 'hmac'"),
        (
            [{"signature": "x"}, {"hmac": "x"}],
            "elements of batch_input must all provide 'signature' or all provide 'hmac'",
        ),
        ([{"hmac": "x"}, {"cmac": "x"}], "elements of batch_input must all provide 'signature' or all provide 'hmac'"),
        ([], "missing batch input to process"),
    ],
)
async def test_mixtures(items: list[Any], text: str) -> None:
    """A batch verifies one kind of thing."""
    keys = await with_key("ed25519")
    with pytest.raises(InvalidRequest) as refusal:
        await keys.write("verify/k", batch_input=items, signature="x", hmac="x")
    assert refusal.value.text == text


async def test_others_are_served_meanwhile() -> None:
    """A thousand signatures pause, so that another request ends before them."""
    keys = await with_key("rsa-2048")
    ended: list[str] = []

    async def ask(name: str, **fields: Any) -> None:
        await keys.write("sign/k", **fields)
        ended.append(name)

    await asyncio.gather(ask("batch", batch_input=[{"input": ONE}] * 1000), ask("single", input=ONE))
    assert ended == ["single", "batch"]

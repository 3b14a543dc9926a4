"""`batch_input`: many items in one request."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Response
from tests.flow.engines.transit.mounts import Keys, base64

GOOD = {"plaintext": base64("hello")}
BAD = {"plaintext": "!"}


def _results(answer: Response) -> list[dict[str, Any]]:
    assert answer.data is not None
    results: list[dict[str, Any]] = answer.data["batch_results"]
    return results


async def test_order_and_references_are_kept() -> None:
    """Ten thousand items come back in their order, each with its reference, and open again to what they were."""
    keys = await Keys.new(k="aes256-gcm96")
    sent = [{"plaintext": base64(str(at)), "reference": f"r{at}"} for at in range(10_000)]
    made = _results(await keys.answer("encrypt/k", batch_input=sent))
    assert [item["reference"] for item in made] == [item["reference"] for item in sent]
    again = [{"ciphertext": item["ciphertext"]} for item in made]
    opened = await keys.answer("decrypt/k", batch_input=again)
    assert opened.status == 0
    assert [item["plaintext"] for item in _results(opened)] == [item["plaintext"] for item in sent]
    rewrapped = await keys.answer("rewrap/k", batch_input=again)
    assert all(item["ciphertext"].startswith("vault:v1:") for item in _results(rewrapped))


@pytest.mark.parametrize(
    ("items", "code", "status"),
    [
        ([GOOD], None, 0),
        ([GOOD, BAD], None, 400),
        ([GOOD, BAD], 207, 207),
        ([GOOD, BAD], "200", 200),
        ([GOOD, BAD], 0, 400),
        ([GOOD, BAD], 999, 400),
        ([GOOD, BAD], -5, 400),
        ([GOOD, BAD], 204, 400),
        ([GOOD, BAD], 205, 400),
        ([GOOD, BAD], 304, 400),
        ([BAD, BAD], None, 400),
        ([BAD, BAD], 207, 400),
        ([GOOD], 207, 0),
    ],
)
async def test_the_status_tells_a_failure_in_part_from_a_total_one(items: list[Any], code: Any, status: int) -> None:
    """The client's status counts for a failure in part alone, and only if it is a status."""
    keys = await Keys.new(k="aes256-gcm96")
    chosen = {} if code is None else {"partial_failure_response_code": code}
    answer = await keys.answer("encrypt/k", batch_input=items, **chosen)
    assert answer.status == status
    assert ["error" in result for result in _results(answer)] == [item is BAD for item in items]
    assert bool(answer.warnings) == (code in (0, 999, -5, 204, 205, 304))


async def test_one_bad_item_leaves_the_others_alone() -> None:
    """Each kind of bad item has its own error and code; the good ones between them are encrypted."""
    keys = await Keys.new(k="aes256-gcm96")
    bad = {
        "missing_input": {"plaintext": None},
        "invalid_base64": {"plaintext": "a-_a"},
        "invalid_version": {"plaintext": "", "key_version": 7},
        "invalid_field": {"plaintext": {"a": 1}},
    }
    others: list[Any] = [
        {"plaintext": "", "key_version": "x"},
        {"plaintext": [], "reference": {}},
        {"plaintext": "", "reference": ["x"]},
    ]
    items = [GOOD, *bad.values(), GOOD, *others, GOOD]
    results = _results(await keys.answer("encrypt/k", batch_input=items))
    assert [result.get("error_code", "") for result in results] == [
        "",
        *bad,
        "",
        *["invalid_field"] * len(others),
        "",
    ]


@pytest.mark.parametrize(
    "item",
    [
        {"plaintext": "", "context": None, "associated_data": None, "key_version": None, "reference": None},
        {"plaintext": "", "key_version": "1", "reference": 5},
    ],
)
async def test_nulls_and_numbers_are_taken_as_in_a_single_request(item: dict[str, Any]) -> None:
    """Null is a field's zero, and numbers are taken from text, in items as outside of them."""
    keys = await Keys.new(k="aes256-gcm96")
    (result,) = _results(await keys.answer("encrypt/k", batch_input=[item]))
    assert result["ciphertext"].startswith("vault:v1:")
    assert result["reference"] == ("5" if item.get("reference") == 5 else "")


@pytest.mark.parametrize("path", ["encrypt/k", "decrypt/k", "rewrap/k", "sign/k", "verify/k", "hmac/k"])
@pytest.mark.parametrize("item", [None, "text", 5, [], True])
async def test_an_item_that_is_no_object(path: str, item: object) -> None:
    """The whole batch is refused, because nobody knows what was meant, and the place is told."""
    keys = await Keys.new(k="rsa-2048")
    with pytest.raises(InvalidRequest, match=r"the item \[1\] is no object"):
        await keys.answer(path, batch_input=[GOOD | {"input": "", "signature": ""}, item])


@pytest.mark.parametrize("path", ["encrypt/k", "decrypt/k", "rewrap/k"])
@pytest.mark.parametrize("items", [[{"context": "eA=="}, {}], [{"context": "eA=="}, {"context": ""}]])
async def test_contexts_in_some_items(path: str, items: list[Any]) -> None:
    """A batch has contexts in all of its items, or in none."""
    keys = await Keys.new(k="aes256-gcm96")
    with pytest.raises(InvalidRequest, match="either in all the request blocks or in none"):
        await keys.answer(path, batch_input=items)


@pytest.mark.parametrize("path", ["encrypt/k", "decrypt/k", "rewrap/k"])
@pytest.mark.parametrize(
    ("batch", "text"), [([], "missing batch input"), ("[]", "list of objects"), ({}, "list of objects")]
)
async def test_a_batch_is_a_list_with_items(path: str, batch: Any, text: str) -> None:
    """An empty batch is an error, and so is one that isn't a list."""
    keys = await Keys.new(k="aes256-gcm96")
    with pytest.raises(InvalidRequest, match=text):
        await keys.write(path, batch_input=batch)


async def test_fields_beside_a_batch_count_no_more() -> None:
    """What stands beside the batch is ignored, and null is no batch."""
    keys = await Keys.new(k="aes256-gcm96")
    answer = await keys.answer("encrypt/k", batch_input=[GOOD], plaintext="!", context="!", key_version=9)
    assert answer.status == 0
    assert "ciphertext" in (await keys.write("encrypt/k", batch_input=None, **GOOD))


async def test_unknown_fields_of_items_are_told() -> None:
    """A misspelt field of an item causes a warning; the item is done."""
    keys = await Keys.new(k="aes256-gcm96")
    answer = await keys.answer("encrypt/k", batch_input=[GOOD | {"nonce": "", "contxt": "x"}])
    assert any("[contxt nonce]" in warning for warning in answer.warnings)


@pytest.mark.parametrize("path", ["encrypt/k", "decrypt/k"])
async def test_contexts_are_in_all_items_or_in_none(path: str) -> None:
    """A batch in which only some items have a context is refused as a whole, because a part of it was forgotten."""
    keys = await Keys.new(k="aes256-gcm96")
    with pytest.raises(InvalidRequest, match="in all the request blocks or in none"):
        await keys.write(path, batch_input=[GOOD | {"context": base64("c")}, GOOD])


async def test_a_flipped_bit_is_one_items_error() -> None:
    """Of ten ciphertexts the one that was altered fails, with 400; if all were, that too is 400."""
    keys = await Keys.new(k="aes256-gcm96")
    made = _results(await keys.answer("encrypt/k", batch_input=[GOOD] * 10))
    texts = [item["ciphertext"] for item in made]
    flipped = [text[:12] + ("A" if text[12] != "A" else "B") + text[13:] for text in texts]
    one = await keys.answer("decrypt/k", batch_input=[{"ciphertext": text} for text in [*texts[:9], flipped[9]]])
    assert one.status == 400
    assert [result.get("error_code") for result in _results(one)] == [*[None] * 9, "authentication_failed"]
    total = await keys.answer(
        "decrypt/k", batch_input=[{"ciphertext": text} for text in flipped], partial_failure_response_code=200
    )
    assert total.status == 400
    assert {result.get("error_code") for result in _results(total)} == {"authentication_failed"}


async def test_a_batch_to_rewrap_is_answered_with_200() -> None:
    """The items of a batch to rewrap have their errors; the status says nothing of them, as clients expect."""
    keys = await Keys.new(k="aes256-gcm96")
    text = (await keys.write("encrypt/k", **GOOD))["ciphertext"]
    answer = await keys.answer("rewrap/k", batch_input=[{"ciphertext": text}, {"ciphertext": "x"}, {}])
    assert answer.status in {0, 200}
    assert [result.get("error_code") for result in _results(answer)] == [None, "invalid_ciphertext", "missing_input"]

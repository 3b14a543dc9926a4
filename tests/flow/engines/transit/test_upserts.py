"""Keys that `encrypt` makes."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.barrier.transaction import Transaction, transact
from strongroom.engines.transit.keys.records import TransitConfig
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import View
from tests.flow.engines.transit.mounts import Keys, base64

MADE = ["key k did not exist and was created"]


async def test_a_missing_key_is_made_and_told() -> None:
    """Encrypting under a name without a key makes the key, says so once, and opens what it sealed."""
    keys = await Keys.new()
    assert not await keys.mount.exists("encrypt/k")
    answer = await keys.answer("encrypt/k", plaintext=base64("hello"))
    assert answer.warnings == MADE
    assert answer.data is not None
    assert await keys.mount.exists("encrypt/k")
    assert (await keys.answer("encrypt/k", plaintext="")).warnings == []
    opened = await keys.write("decrypt/k", ciphertext=answer.data["ciphertext"])
    assert opened == {"plaintext": base64("hello")}
    assert (await keys.read("keys/k"))["type"] == "aes256-gcm96"


async def test_a_batch_makes_one_key() -> None:
    """All items of a batch are encrypted with the one key that the first of them made."""
    keys = await Keys.new()
    answer = await keys.answer("encrypt/k", batch_input=[{"plaintext": base64(str(at))} for at in range(300)])
    assert answer.warnings == MADE
    assert answer.data is not None
    again = [{"ciphertext": item["ciphertext"]} for item in answer.data["batch_results"]]
    opened = (await keys.answer("decrypt/k", batch_input=again)).data
    assert opened is not None
    assert [item["plaintext"] for item in opened["batch_results"]] == [base64(str(at)) for at in range(300)]


async def test_a_context_makes_a_derived_key() -> None:
    """The new key is derived if a context is given, and convergent if that is asked."""
    keys = await Keys.new()
    fields = {"plaintext": base64("hello"), "context": base64("c"), "convergent_encryption": True}
    first = await keys.write("encrypt/k", **fields)
    assert (await keys.write("encrypt/k", **fields)) == first
    with pytest.raises(InvalidRequest, match="missing 'context'"):
        await keys.write("encrypt/k", plaintext="")


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"plaintext": "!"}, "base64"),
        ({"plaintext": "", "key_version": 3}, "higher than the latest"),
        ({"plaintext": "", "type": "hmac"}, "not supported for this operation"),
        ({"plaintext": "", "type": "nonsense"}, "unknown key type nonsense"),
        ({"plaintext": "", "convergent_encryption": True}, "so context is required"),
        ({"batch_input": [{"plaintext": ""}, {"plaintext": "", "context": "Yw=="}]}, "in all the request blocks"),
    ],
)
async def test_a_refused_request_makes_no_key(fields: dict[str, Any], text: str) -> None:
    """Nothing stays behind of a request that encrypts nothing."""
    keys = await Keys.new()
    with pytest.raises(InvalidRequest, match=text):
        await keys.write("encrypt/k", **fields)
    assert await keys.mount.rows() == {}


async def test_a_batch_that_fails_as_a_whole_makes_no_key() -> None:
    """A batch of which no item can be encrypted makes no key; one good item makes it."""
    keys = await Keys.new()
    bad: list[dict[str, Any]] = [{"plaintext": "!"}, {}]
    answer = await keys.answer("encrypt/k", batch_input=bad)
    assert (answer.status, answer.warnings) == (400, [])
    assert await keys.mount.rows() == {}
    answer = await keys.answer("encrypt/k", batch_input=[*bad, {"plaintext": ""}])
    assert (answer.status, answer.warnings) == (400, MADE)
    assert await keys.mount.exists("encrypt/k")


@pytest.mark.parametrize("type_", ["aes128-gcm96", "chacha20-poly1305", "xchacha20-poly1305"])
async def test_the_type_of_a_new_key_is_chosen(type_: str) -> None:
    """`type` is that of the new key, and counts no more when it exists."""
    keys = await Keys.new()
    await keys.write("encrypt/k", plaintext="", type=type_)
    assert (await keys.read("keys/k"))["type"] == type_
    await keys.write("encrypt/k", plaintext="", type="nonsense")


async def test_a_mount_may_forbid_it() -> None:
    """With `disable_upsert` a missing key is an error."""
    keys = await Keys.new(known="aes256-gcm96")

    async def forbid(txn: Transaction) -> None:
        View(txn, keys.mount.prefix).write("config", TransitConfig(disable_upsert=True))

    await transact(keys.mount.barrier, forbid)
    with pytest.raises(InvalidRequest, match="encryption key not found"):
        await keys.write("encrypt/k", plaintext="")
    assert "ciphertext" in await keys.write("encrypt/known", plaintext="")


async def test_a_mount_may_forbid_it_by_an_option() -> None:
    """The mount's option `disable_upsert` forbids it as well, which `config/keys` tells; a value that says nothing is
    refused.
    """
    keys = await Keys.new()
    keys.mount.tune({"disable_upsert": "true"})
    with pytest.raises(InvalidRequest, match="encryption key not found"):
        await keys.write("encrypt/k", plaintext="")
    shown = await keys.answer("config/keys", disable_upsert=False)
    assert shown.data == {"disable_upsert": True}
    assert "option of this mount" in shown.warnings[0]
    assert await keys.read("config/keys") == {"disable_upsert": True}
    keys.mount.tune({"disable_upsert": "false"})
    assert await keys.read("config/keys") == {"disable_upsert": False}
    assert "ciphertext" in await keys.write("encrypt/k", plaintext="")
    with pytest.raises(InvalidRequest, match="disable_upsert"):
        keys.mount.tune({"disable_upsert": "maybe"})

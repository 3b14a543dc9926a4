"""Keys of a mount."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.sdk import Operation
from tests.flow.engines.pki.mounts import Authority, openssl


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({}, "RSA Private-Key: (2048 bit"),
        ({"key_bits": 3072}, "(3072 bit"),
        ({"key_type": "ec"}, "(256 bit)"),
        ({"key_type": "ec", "key_bits": 521}, "(521 bit)"),
        ({"key_type": "ed25519", "key_bits": 7}, "ED25519 Private-Key"),
    ],
)
async def test_keys_are_made_as_asked(fields: dict[str, Any], kind: str) -> None:
    """An exported key is of the type and size that were asked for; a read shows neither it nor its public half."""
    authority = await Authority.empty()
    made = await authority.write("keys/generate/exported", key_name="k", **fields)
    assert kind.replace("RSA ", "") in openssl("pkey", "-text", "-noout", given=made["private_key"])
    shown = await authority.read("key/k")
    assert set(shown) == {"key_id", "key_name", "key_type", "subject_key_id"}
    internal = await authority.write("keys/generate/internal", **fields)
    assert set(internal) == {"key_id", "key_name", "key_type"}


async def test_the_identifier_of_a_key_is_that_of_its_certificates() -> None:
    """`subject_key_id` is what certificates say: SHA-1 of the key's bits."""
    authority = await Authority.new(key_name="k")
    said = openssl(
        "x509", "-noout", "-ext", "subjectKeyIdentifier", given=(await authority.read("cert/ca"))["certificate"]
    )
    assert (await authority.read("key/k"))["subject_key_id"].upper() in said


async def test_names_are_given_once() -> None:
    """A name in use, a reserved one and a malformed one are refused, and a former one is free."""
    authority = await Authority.empty()
    await authority.write("keys/generate/internal", key_type="ec", key_name="one")
    await authority.write("keys/generate/internal", key_type="ec", key_name="two")
    for name, said in (("two", "in use"), ("default", "reserved"), ("a b", "invalid characters")):
        with pytest.raises(InvalidRequest, match=said):
            await authority.write("key/one", key_name=name)
    await authority.write("key/one", key_name="three")
    await authority.write("key/two", key_name="one")
    assert (await authority.read("key/one"))["key_id"] != (await authority.read("key/three"))["key_id"]
    assert (await authority.write("key/three"))["key_name"] == ""


async def test_listings_have_pages_and_names() -> None:
    """Keys are listed by id, with their names and which one is the default."""
    authority = await Authority.empty()
    with pytest.raises(NotFound):
        await authority.mount.ask(Operation.LIST, "keys", {})
    made = [(await authority.write("keys/generate/internal", key_type="ec"))["key_id"] for _ in range(3)]
    ids = sorted(made)
    page = await authority.mount.ask(Operation.LIST, "keys", {"after": ids[0], "limit": 1})
    assert page is not None and page.data is not None
    assert page.data == {"keys": [ids[1]], "key_info": {ids[1]: {"is_default": ids[1] == made[0], "key_name": ""}}}


async def test_deleting_keys() -> None:
    """A key that an issuer has stays; without the issuer it goes, with its name, and the default is gone."""
    authority = await Authority.new(issuer_name="ca", key_name="k")
    with pytest.raises(InvalidRequest, match="in Use"):
        await authority.delete("key/k")
    await authority.delete("issuer/ca")
    assert "default key" in (await authority.delete("key/k"))[0]
    assert await authority.delete("key/k") == []
    with pytest.raises(InvalidRequest, match=r"no default key .*: make one by keys/generate"):
        await authority.read("key/default")
    await authority.write("keys/generate/internal", key_type="ec", key_name="k")
    assert (await authority.read("key/default"))["key_name"] == "k"


async def test_no_row_of_a_key_shows_it() -> None:
    """A private key is encrypted in the store, and no record of it shows it in a text."""
    authority = await Authority.empty()
    made = await authority.write("keys/generate/exported", key_type="ec", key_name="k")
    body = "".join(made["private_key"].splitlines()[1:-1])
    for key, value in (await authority.mount.rows()).items():
        assert body[:24] not in key + value.decode("latin-1")

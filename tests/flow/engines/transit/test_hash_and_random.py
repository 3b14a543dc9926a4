"""Digests and random bytes, which need no key."""

from __future__ import annotations

import hashlib
from base64 import b64decode

import pytest

from strongroom.lib.errors import InvalidRequest
from tests.flow.engines.transit.mounts import Keys, base64


@pytest.mark.parametrize("name", ["sha2-224", "sha2-256", "sha2-384", "sha2-512", "sha3-224", "sha3-256", "sha3-512"])
async def test_digests(name: str) -> None:
    """Are those of the standard library, whether the algorithm stands in the path or in the body."""
    keys = await Keys.new()
    wanted = hashlib.new(name.replace("sha2-", "sha").replace("-", "_"), b"hello").digest()
    assert await keys.write(f"hash/{name}", input=base64("hello"), algorithm="sha2-256") == {"sum": wanted.hex()}
    told = await keys.write("hash", input=base64("hello"), algorithm=name, format="base64")
    assert told == {"sum": base64(wanted)}


async def test_the_digest_of_nothing() -> None:
    """An empty input has a digest; a request without an input has none."""
    keys = await Keys.new()
    assert await keys.write("hash", input="") == {"sum": hashlib.sha256(b"").hexdigest()}
    with pytest.raises(InvalidRequest, match=r"^input missing$"):
        await keys.write("hash")


@pytest.mark.parametrize(
    ("path", "fields", "text"),
    [
        ("hash", {"input": "!!!"}, "unable to decode input as base64: illegal base64 data at input byte 0"),
        ("hash/sha1", {"input": ""}, "unsupported algorithm sha1"),
        ("hash/a/b", {"input": ""}, "unsupported algorithm a/b"),
        ("hash", {"input": "", "algorithm": ""}, "unsupported algorithm "),
        ("hash", {"input": "", "format": "x"}, 'unsupported encoding format x; must be "hex" or "base64"'),
        ("random", {"bytes": 0}, "'bytes' cannot be less than 1"),
        ("random/0", {}, "'bytes' cannot be less than 1"),
        ("random/seal/131073", {}, "'bytes' should be less than 131072"),
        ("random", {"format": ""}, 'unsupported encoding format ""; must be "hex" or "base64"'),
        ("random/moon/5", {}, 'unsupported entropy source "moon"; must be "platform" or "seal", or "all"'),
        ("random/x", {}, 'error parsing url-set byte count: strconv.Atoi: parsing "x": invalid syntax'),
    ],
)
async def test_mistakes(path: str, fields: dict[str, object], text: str) -> None:
    """What can't be hashed or drawn is refused, with the reason."""
    keys = await Keys.new()
    with pytest.raises(InvalidRequest) as refusal:
        await keys.write(path, **fields)
    assert refusal.value.text.startswith(text)


@pytest.mark.parametrize(
    ("path", "fields", "size"),
    [
        ("random", {}, 32),
        ("random/7", {"bytes": 9}, 7),
        ("random/platform", {"bytes": 5}, 5),
        ("random/seal/9", {}, 9),
        ("random/all/131072", {}, 131072),
        ("random", {"source": "seal", "bytes": "6"}, 6),
    ],
)
async def test_random_bytes(path: str, fields: dict[str, object], size: int) -> None:
    """Have the length asked for, and differ."""
    keys = await Keys.new()
    one, other = [(await keys.write(path, **fields))["random_bytes"] for _ in range(2)]
    assert one != other
    assert len(b64decode(one)) == size
    assert len(bytes.fromhex((await keys.write(path, **fields, format="hex"))["random_bytes"])) == size

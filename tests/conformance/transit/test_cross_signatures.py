"""What one of the two servers signs or authenticates, the other verifies, with the same key.

The key is exported from the reference server, and put into the rows of a mount of ours.
"""

from __future__ import annotations

import hashlib
import json
import urllib.request
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import pytest

from strongroom.crypto.asymmetric import formats
from strongroom.crypto.post_quantum import MlDsaKey
from strongroom.engines.transit.keys import rows
from strongroom.sdk import View, replace
from tests.conformance.servers import Server, start_peer
from tests.flow.engines.transit.mounts import Keys, base64

MOUNT = "cross-signatures"
MESSAGES = (b"", b"x", b"hello world", bytes(range(256)) * 5)
ELLIPTIC = ("ecdsa-p256", "ecdsa-p384", "ecdsa-p521")
RSA = ("rsa-2048", "rsa-3072", "rsa-4096")
HASHES = ("sha1", "sha2-224", "sha2-256", "sha2-384", "sha2-512", "sha3-224", "sha3-256", "sha3-384", "sha3-512")
JWS = {"marshaling_algorithm": "jws"}
PKCS1 = {"signature_algorithm": "pkcs1v15"}
NO_HASH = {"hash_algorithm": "none", "prehashed": True, **PKCS1}


def _ask(peer: Server, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{peer.url}/v1/{path}",
        None if body is None else json.dumps(body).encode(),
        {"X-Vault-Token": peer.token, "Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        content = answer.read()
    data: dict[str, Any] = (json.loads(content).get("data") or {}) if content else {}
    return data


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The reference server, with a mount."""
    with start_peer(tmp_path_factory.mktemp("cross")) as server:
        _ask(server, "POST", f"sys/mounts/{MOUNT}", {"type": "transit"})
        yield server


class Pair:
    """One key on both servers."""

    def __init__(self, peer: Server, name: str, ours: Keys) -> None:
        self._peer = peer
        self._name = name
        self._ours = ours

    @classmethod
    async def new(cls, peer: Server, name: str, **settings: Any) -> Pair:
        """A key of the reference server, brought here with its HMAC key."""
        _ask(peer, "POST", f"{MOUNT}/keys/{name}", {"exportable": True, **settings})
        hmac_key = _exported(peer, "hmac-key", name)
        parts: dict[str, bytes] = {"hmac_key": hmac_key}
        if settings["type"].startswith("mldsa"):
            post_quantum = MlDsaKey.of_private(_exported(peer, "signing-key", name, "?format=der"))
            parts |= {"private": post_quantum.private or b"", "public": post_quantum.public}
        elif settings["type"] != "hmac":
            pair = formats.private_of(_exported(peer, "signing-key", name, "?format=der"))
            parts |= {"private": pair.private or b"", "public": pair.public}
        ours = await Keys.new()
        await ours.make("k", **settings)

        async def put(view: View) -> None:
            key = await rows.key_of(view, "k")
            assert key is not None
            version = await rows.version_of(view, key, 1)
            rows.keep_version(view, key, 1, replace(version, **parts))

        await ours.change(put)
        return cls(peer, name, ours)

    async def ours(self, path: str, **fields: Any) -> dict[str, Any]:
        """What our server answers."""
        return await self._ours.write(f"{path}/k", **fields)

    def theirs(self, path: str, **fields: Any) -> dict[str, Any]:
        """What the reference server answers."""
        return _ask(self._peer, "POST", f"{MOUNT}/{path}/{self._name}", fields)

    async def check(self, message: bytes, **options: Any) -> None:
        """Both sign, and each verifies both signatures; nobody verifies them for another message."""
        text = base64(message)
        other = base64(bytes((message[0] ^ 1 if message else 1, *message[1:])))
        for signed in (await self.ours("sign", input=text, **options), self.theirs("sign", input=text, **options)):
            signature = signed["signature"]
            for given, valid in ((text, True), (other, False)):
                ours = await self.ours("verify", input=given, signature=signature, **options)
                theirs = self.theirs("verify", input=given, signature=signature, **options)
                assert ours == theirs == {"valid": valid}


def _exported(peer: Server, kind: str, name: str, query: str = "") -> bytes:
    return b64decode(_ask(peer, "GET", f"{MOUNT}/export/{kind}/{name}/1{query}")["keys"]["1"])


@pytest.mark.parametrize("message", MESSAGES)
@pytest.mark.parametrize("type_", [*ELLIPTIC, *RSA, "ed25519", "mldsa-44", "mldsa-65", "mldsa-87"])
async def test_defaults(peer: Server, type_: str, message: bytes) -> None:
    """Signatures of every type are valid on the other server, in both forms."""
    pair = await Pair.new(peer, type_, type=type_)
    await pair.check(message)
    await pair.check(message, **JWS)


@pytest.mark.parametrize("hash_", HASHES)
@pytest.mark.parametrize("type_", [*ELLIPTIC, "rsa-2048"])
async def test_hashes(peer: Server, type_: str, hash_: str) -> None:
    """So are those by every hash function, and those of digests."""
    pair = await Pair.new(peer, type_, type=type_)
    await pair.check(b"hello", hash_algorithm=hash_)
    name = hash_.replace("sha2-", "sha").replace("-", "_")
    digest = hashlib.new(name, b"hello").digest()
    await pair.check(digest, hash_algorithm=hash_, prehashed=True)
    if type_ == "rsa-2048":
        await pair.check(b"hello", hash_algorithm=hash_, **PKCS1)
        await pair.check(digest, hash_algorithm=hash_, prehashed=True, **PKCS1)


@pytest.mark.parametrize(
    "options",
    [{"salt_length": length} for length in ("auto", "hash", "0", "-1", "1", "32", "222")] + [NO_HASH, {**PKCS1, **JWS}],
)
async def test_rsa(peer: Server, options: dict[str, Any]) -> None:
    """So are those with every salt, and those without the name of a hash."""
    pair = await Pair.new(peer, "rsa-2048", type="rsa-2048")
    await pair.check(b"hello", **options)


@pytest.mark.parametrize("context", [b"a", b"row 1", bytes(300)])
async def test_derived_keys(peer: Server, context: bytes) -> None:
    """A context derives the same key on both servers, so both give the same signature and public key."""
    pair = await Pair.new(peer, "derived", type="ed25519", derived=True)
    options = {"context": base64(context)}
    for message in MESSAGES:
        await pair.check(message, **options)
        text = base64(message)
        ours = await pair.ours("sign", input=text, **options)
        assert ours == pair.theirs("sign", input=text, **options)
        batch = {"batch_input": [{"input": text, **options}]}
        assert await pair.ours("sign", **batch) == pair.theirs("sign", **batch)


@pytest.mark.parametrize("hash_", HASHES)
@pytest.mark.parametrize("type_", ["hmac", "ed25519", "ecdsa-p256"])
async def test_hmacs(peer: Server, type_: str, hash_: str) -> None:
    """Both servers give the same HMACs, and verify them."""
    pair = await Pair.new(peer, f"h-{type_}", type=type_, **({"key_size": 48} if type_ == "hmac" else {}))
    for message in MESSAGES:
        text = base64(message)
        ours = await pair.ours("hmac", input=text, algorithm=hash_)
        assert ours == pair.theirs("hmac", input=text, algorithm=hash_)
        checked = {"input": text, "hmac": ours["hmac"], "hash_algorithm": hash_}
        assert await pair.ours("verify", **checked) == pair.theirs("verify", **checked) == {"valid": True}

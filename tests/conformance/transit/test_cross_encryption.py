"""What one of the two servers encrypts, the other decrypts, with the same key.

The key is exported from the reference server, and put into the rows of a mount of ours.
"""

from __future__ import annotations

import json
import urllib.request
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conformance.servers import Server, start_peer
from tests.flow.engines.transit.mounts import Keys, base64
from tests.flow.engines.transit.versions import put

AUTHENTICATED = ("aes128-gcm96", "aes256-gcm96", "chacha20-poly1305", "xchacha20-poly1305")
PLAINTEXTS = (b"", b"x", b"hello world", bytes(range(256)) * 5)
CONTEXT, ASSOCIATED = base64("row 1"), base64("table")


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
    """The reference server."""
    with start_peer(tmp_path_factory.mktemp("cross")) as server:
        yield server


@pytest.fixture(scope="module")
def mount(peer: Server) -> str:
    """A transit mount of the reference server."""
    _ask(peer, "POST", "sys/mounts/cross-encryption", {"type": "transit"})
    return "cross-encryption"


class Pair:
    """One key on both servers."""

    def __init__(self, peer: Server, mount: str, name: str, ours: Keys) -> None:
        self._peer = peer
        self._mount = mount
        self._name = name
        self._ours = ours

    @classmethod
    async def new(cls, peer: Server, mount: str, name: str, **settings: Any) -> Pair:
        """A key of the reference server, brought here."""
        _ask(peer, "POST", f"{mount}/keys/{name}", {"exportable": True, **settings})
        asymmetric = settings["type"].startswith("rsa")
        query = "?format=der" if asymmetric else ""
        raw = b64decode(_ask(peer, "GET", f"{mount}/export/encryption-key/{name}/1{query}")["keys"]["1"])
        ours = await Keys.new()
        await ours.make("k", **settings)
        await put(ours, "k", raw)
        return cls(peer, mount, name, ours)

    async def ours(self, path: str, **fields: Any) -> dict[str, Any]:
        """What our server answers."""
        return await self._ours.write(f"{path}/k", **fields)

    def theirs(self, path: str, **fields: Any) -> dict[str, Any]:
        """What the reference server answers."""
        return _ask(self._peer, "POST", f"{self._mount}/{path}/{self._name}", fields)


KINDS: list[dict[str, Any]] = [{}, {"derived": True}, {"derived": True, "convergent_encryption": True}]


@pytest.mark.parametrize("kind", KINDS, ids=["plain", "derived", "convergent"])
@pytest.mark.parametrize("type_", AUTHENTICATED)
async def test_symmetric_keys(peer: Server, mount: str, type_: str, kind: dict[str, Any]) -> None:
    """Each opens what the other sealed, with and without associated data; convergent ciphertexts are the same text."""
    pair = await Pair.new(peer, mount, f"{type_}-{len(kind)}", type=type_, **kind)
    context = {"context": CONTEXT} if kind else {}
    for plaintext in map(base64, PLAINTEXTS):
        for bound in ({}, {"associated_data": ASSOCIATED}):
            fields = context | bound
            made = pair.theirs("encrypt", plaintext=plaintext, **fields)["ciphertext"]
            assert await pair.ours("decrypt", ciphertext=made, **fields) == {"plaintext": plaintext}
            own = (await pair.ours("encrypt", plaintext=plaintext, **fields))["ciphertext"]
            assert pair.theirs("decrypt", ciphertext=own, **fields)["plaintext"] == plaintext
            if len(kind) == 2 and not bound:
                assert own == made


async def test_rewrapped_and_batched(peer: Server, mount: str) -> None:
    """The other's batch is rewrapped here and opens there, in its order; data keys are opened by both."""
    pair = await Pair.new(peer, mount, "batch", type="aes256-gcm96")
    items = [{"plaintext": base64(str(at)), "reference": str(at)} for at in range(20)]
    made = pair.theirs("encrypt", batch_input=items)["batch_results"]
    again = (await pair.ours("rewrap", batch_input=made))["batch_results"]
    opened = pair.theirs("decrypt", batch_input=again)["batch_results"]
    assert [(each["plaintext"], each["reference"]) for each in opened] == [
        (each["plaintext"], each["reference"]) for each in items
    ]
    key = pair.theirs("datakey/plaintext")
    assert await pair.ours("decrypt", ciphertext=key["ciphertext"]) == {"plaintext": key["plaintext"]}


async def test_rsa_keys(peer: Server, mount: str) -> None:
    """The usual padding of RSA is the same on both."""
    pair = await Pair.new(peer, mount, "rsa", type="rsa-2048")
    for plaintext in map(base64, PLAINTEXTS[:3]):
        made = pair.theirs("encrypt", plaintext=plaintext)["ciphertext"]
        assert await pair.ours("decrypt", ciphertext=made) == {"plaintext": plaintext}
        own = (await pair.ours("encrypt", plaintext=plaintext))["ciphertext"]
        assert pair.theirs("decrypt", ciphertext=own)["plaintext"] == plaintext

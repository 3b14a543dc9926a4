"""Advisories about the transit engine: nonces that clients choose, requests that end the process, the audit log."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from strongroom.lib.errors import InvalidRequest
from tests.flow.engines.transit.mounts import Keys, base64
from tests.flow.sysapi.system_server import Server
from tests.flow.sysapi.test_audit import enable

NONCE = b"nonce-chosen"
AEADS = {"aes128-gcm96": 12, "aes256-gcm96": 12, "chacha20-poly1305": 12, "xchacha20-poly1305": 24}
"""Each type that seals with a nonce, and how many bytes that has."""


def nonce_of(ciphertext: str, size: int) -> bytes:
    """The nonce that a ciphertext begins with."""
    return b64decode(ciphertext.rpartition(":")[2])[:size]


@pytest.mark.parametrize(("type_", "size"), AEADS.items())
@pytest.mark.parametrize("batch", [False, True])
async def test_cve_2023_4680_no_client_chooses_a_nonce(type_: str, size: int, batch: bool) -> None:
    """There a client gave the nonce, though the key wasn't a convergent one.

    Here whoever may encrypt would have had two texts sealed with one nonce, and forged others with what that tells.
    """
    keys = await Keys.new(key=type_)
    nonce = base64(NONCE.ljust(size, b"!"))
    nonces = set()
    for text in ("one", "two", "three"):
        item: dict[str, Any] = {"plaintext": base64(text), "nonce": nonce}
        answer = await keys.write("encrypt/key", **({"batch_input": [item], "nonce": nonce} if batch else item))
        nonces.add(nonce_of((answer["batch_results"][0] if batch else answer)["ciphertext"], size))
    assert len(nonces) == 3
    assert b64decode(nonce) not in nonces


@pytest.mark.parametrize(("type_", "size"), AEADS.items())
async def test_cve_2023_4680_nor_the_nonce_of_a_convergent_key(type_: str, size: int) -> None:
    """There the first convergent keys took it from the client.

    Here two texts of a convergent key would have shared a nonce.
    """
    keys = await Keys.new()
    await keys.make("key", type=type_, derived=True, convergent_encryption=True)
    nonce = base64(NONCE.ljust(size, b"!"))
    context = base64("tenant")
    sealed = [
        (await keys.write("encrypt/key", plaintext=base64(text), context=context, nonce=nonce))["ciphertext"]
        for text in ("one", "two")
    ]
    nonces = {nonce_of(ciphertext, size) for ciphertext in sealed}
    assert len(nonces) == 2
    assert b64decode(nonce) not in nonces


@pytest.mark.parametrize("type_", ["rsa-2048", "rsa-3072", "rsa-4096", "ecdsa-p256", "ecdsa-p384", "ecdsa-p521"])
@pytest.mark.parametrize("convergent", [False, True])
async def test_cve_2026_55776_a_key_that_cant_be_derived_is_refused(type_: str, convergent: bool) -> None:
    """There the error for such a key released a lock twice, which ended the process.

    Here one request of whoever may create keys would have stopped the server; the mount answers afterwards as before.
    """
    keys = await Keys.new(other="aes256-gcm96")
    with pytest.raises(InvalidRequest, match="not supported for keys of type"):
        await keys.make("key", type=type_, derived=True, convergent_encryption=convergent)
    assert (await keys.write("encrypt/other", plaintext=base64("text")))["key_version"] == 1
    assert (await keys.make("key", type="ecdsa-p256"))["latest_version"] == 1


async def test_cve_2026_55776_nor_ends_anything_a_convergent_key_of_ed25519() -> None:
    """There `ed25519` was one of the types that ended the process; here it may be derived, but not convergent."""
    keys = await Keys.new()
    with pytest.raises(InvalidRequest, match="convergent encryption not supported"):
        await keys.make("key", type="ed25519", derived=True, convergent_encryption=True)
    assert (await keys.make("key", type="ed25519", derived=True))["derived"] is True


@pytest.mark.parametrize("batch", [False, True])
async def test_cve_2025_62705_nor_is_a_derived_public_key_in_clear(tmp_path: Path, batch: bool) -> None:
    """There the public key that a signature by a derived key comes with was bytes, and so in clear.

    Here a log that is shipped elsewhere would have told which signatures are by whose key.
    """
    server = await Server.start()
    await server.ok("POST", "sys/mounts/transit", {"type": "transit"})
    await server.ok("POST", "transit/keys/key", {"type": "ed25519", "derived": True})
    await enable(server, tmp_path / "log")
    item = {"input": base64("message"), "context": base64("person")}
    answer = await server.ok("POST", "transit/sign/key", {"batch_input": [item]} if batch else item)
    data = answer.body["data"]
    public_key = data["batch_results"][0]["publickey"] if batch else data["public_key"]
    log = (tmp_path / "log").read_text()
    assert "transit/sign/key" in log
    assert [secret in log for secret in (public_key, *item.values())] == [False] * 3

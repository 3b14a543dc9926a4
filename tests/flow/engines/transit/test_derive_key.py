"""Keys that two parties agree on."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

from strongroom.engines.transit.keys import rows
from strongroom.engines.transit.keys.records import KeyVersion
from strongroom.lib.errors import InvalidRequest, UnsupportedPath
from strongroom.sdk import View, replace
from tests.flow.engines.transit.mounts import Keys, base64

CURVES: dict[str, ec.EllipticCurve] = {
    "ecdsa-p256": ec.SECP256R1(),
    "ecdsa-p384": ec.SECP384R1(),
    "ecdsa-p521": ec.SECP521R1(),
}
PEER = ec.generate_private_key(ec.SECP256R1())


def pem(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> str:
    """The public key of a pair."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


async def stored(keys: Keys, name: str, number: int) -> KeyVersion:
    """What is stored of a version."""
    found: list[KeyVersion] = []

    async def read(view: View) -> None:
        key = await rows.key_of(view, name)
        assert key is not None
        found.append(await rows.version_of(view, key, number))

    await keys.change(read)
    return found[0]


@pytest.mark.parametrize("base", CURVES)
@pytest.mark.parametrize(
    ("type_", "size"),
    [("aes128-gcm96", 16), ("aes256-gcm96", 32), ("chacha20-poly1305", 32), ("xchacha20-poly1305", 32)],
)
async def test_both_parties_have_the_same_key(base: str, type_: str, size: int) -> None:
    """The key is HKDF-SHA-256 of what ECDH gives, and encrypts."""
    keys = await Keys.new(base=base)
    peer = ec.generate_private_key(CURVES[base])
    await keys.write("derive-key/k", base_key_name="base", peer_public_key=pem(peer), derived_key_type=type_)
    public = load_der_public_key((await stored(keys, "base", 1)).public)
    assert isinstance(public, ec.EllipticCurvePublicKey)
    shared = peer.exchange(ec.ECDH(), public)
    assert (await stored(keys, "k", 1)).private == HKDF(hashes.SHA256(), size, None, b"").derive(shared)
    sealed = await keys.write("encrypt/k", plaintext=base64("hello"))
    assert await keys.write("decrypt/k", ciphertext=sealed["ciphertext"]) == {"plaintext": base64("hello")}


async def test_another_version() -> None:
    """Deriving again under the name adds a version; the first one stays."""
    keys = await Keys.new(base="ecdsa-p256")
    other = ec.generate_private_key(ec.SECP256R1())
    for peer in (PEER, other):
        await keys.write("derive-key/k", base_key_name="base", base_key_version=1, peer_public_key=pem(peer))
    assert (await keys.read("keys/k"))["latest_version"] == 2
    assert (await stored(keys, "k", 1)).private != (await stored(keys, "k", 2)).private


@pytest.mark.parametrize(
    ("name", "fields", "text"),
    [
        ("k", {"key_derivation_algorithm": "x"}, "key derivation algorithm x not supported"),
        ("k", {"peer_public_key": ""}, "peer public key not provided"),
        ("k", {"derived_key_type": "hmac"}, "unknown key type hmac"),
        ("k", {"derived_key_type": "aes256-cbc"}, "unknown key type aes256-cbc"),
        ("k", {"base_key_name": ""}, "base_key_name not provided"),
        ("k", {"base_key_name": "none"}, "specified base key not found"),
        ("k", {"base_key_name": "../base"}, "specified base key not found"),
        ("k", {"base_key_name": "ed"}, "base key type ed25519 does not support key agreement"),
        ("k", {"base_key_version": 2}, "requested version for key agreement is higher than the latest key version"),
        ("k", {"base_key_version": -1}, "requested version for key agreement is negative"),
        ("k", {"peer_public_key": "x"}, "failed to parse supplied peer public key PEM: "),
        (
            "k",
            {"peer_public_key": pem(ec.generate_private_key(ec.SECP384R1()))},
            "base private key type ecdsa-p256 does not match peer public key curve",
        ),
        (
            "k",
            {"peer_public_key": pem(ed25519.Ed25519PrivateKey.generate())},
            "supplied peer public key is not an ECDSA key",
        ),
        ("base", {}, "the key base is of type ecdsa-p256, and can't have a version of type aes256-gcm96"),
        ("made", {}, "the key made was made here: derive a key under a name that isn't in use"),
    ],
)
async def test_mistakes(name: str, fields: dict[str, Any], text: str) -> None:
    """What can't be agreed on is refused, and no key is made."""
    keys = await Keys.new(base="ecdsa-p256", ed="ed25519", made="aes256-gcm96")
    before = await keys.read("keys/made")
    with pytest.raises(InvalidRequest) as refusal:
        await keys.write(f"derive-key/{name}", **{"base_key_name": "base", "peer_public_key": pem(PEER), **fields})
    assert refusal.value.text.startswith(text)
    assert await keys.read("keys/made") == before


async def test_names() -> None:
    """A name that no key can have is no path."""
    keys = await Keys.new(base="ecdsa-p256")
    with pytest.raises(UnsupportedPath):
        await keys.write("derive-key/-k", base_key_name="base", peer_public_key=pem(PEER))


@pytest.mark.parametrize("name", ["base", "k"])
async def test_soft_deleted_keys(name: str) -> None:
    """Neither the base key nor the key that gets a version may be soft-deleted."""
    keys = await Keys.new(base="ecdsa-p256")
    await keys.write("derive-key/k", base_key_name="base", peer_public_key=pem(PEER))

    async def delete(view: View) -> None:
        key = await rows.key_of(view, name)
        assert key is not None
        rows.keep_key(view, name, replace(key, soft_deleted=True))

    await keys.change(delete)
    with pytest.raises(InvalidRequest, match=r"refusing to use soft-deleted key"):
        await keys.write("derive-key/k", base_key_name="base", peer_public_key=pem(PEER))

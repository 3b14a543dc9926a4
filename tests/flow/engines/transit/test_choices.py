"""What errors say of what would have been right."""

from __future__ import annotations

from typing import Any

import pytest

from strongroom.crypto.hashes import HASHES
from strongroom.engines.transit import Transit
from strongroom.engines.transit.key_types import KEY_TYPES
from strongroom.lib.errors import InvalidRequest
from strongroom.testing.server import PluginServer
from tests.flow.engines.transit.mounts import Keys

TYPES = tuple(KEY_TYPES)
MADE_BY_ENCRYPT = tuple(name for name, type_ in KEY_TYPES.items() if type_.encrypts and not name.startswith("rsa-"))
DIGESTS = tuple(name for name in HASHES if name != "sha1")
CHOICES: list[tuple[str, dict[str, Any], tuple[str, ...]]] = [
    ("keys/new", {"type": "aes"}, TYPES),
    ("keys/new/import", {"type": "aes", "ciphertext": "aaaa"}, TYPES),
    ("keys/new", {"type": "ml-kem"}, ("768", "1024")),
    ("keys/new", {"type": "hybrid", "parameter_set": "44"}, ("ml-dsa",)),
    ("keys/r/config", {"allowed_operations": "decryption"}, ("encrypt", "decrypt")),
    ("config/keys", {"allowed_key_types": "aes"}, TYPES),
    ("encrypt/new", {"plaintext": "", "type": "aes"}, MADE_BY_ENCRYPT),
    ("encrypt/new", {"plaintext": "", "type": "rsa-2048"}, ("make the key with keys/new first",)),
    ("encrypt/r", {"plaintext": "aaaa", "padding_scheme": "pkcs1"}, ("oaep", "pkcs1v15")),
    (
        "encrypt/r",
        {"plaintext": "aaaa", "oaep_hash": "sha256"},
        ("sha1", "sha2-224", "sha2-256", "sha2-384", "sha2-512"),
    ),
    ("datakey/plain/a", {}, ("plaintext", "wrapped")),
    ("datakey/plaintext/a", {"bits": 192}, ("128", "256", "512")),
    ("sign/r", {"input": "", "hash_algorithm": "sha256"}, tuple(HASHES)),
    ("sign/r/sha256", {"input": ""}, tuple(HASHES)),
    ("sign/r", {"input": "", "marshaling_algorithm": "jwt"}, ("asn1", "jws")),
    ("sign/r", {"input": "", "signature_algorithm": "rsa"}, ("pss", "pkcs1v15")),
    ("sign/r", {"input": "", "salt_length": "long"}, ("auto", "hash")),
    ("verify/r", {"input": "", "signature": "aaaa"}, ('"vault:v"',)),
    ("verify/r", {"input": "", "hmac": "aaaa"}, ('"vault:v"',)),
    ("hmac/r", {"input": "", "algorithm": "sha256"}, tuple(HASHES)),
    ("hash/sha256", {"input": ""}, DIGESTS),
    ("random", {"format": "base32"}, ("hex", "base64")),
    ("derive-key/new", {"base_key_name": "r", "peer_public_key": "x", "derived_key_type": "aes"}, ("aes256-gcm96",)),
    (
        "derive-key/new",
        {"base_key_name": "r", "peer_public_key": "x", "key_derivation_algorithm": "dh"},
        ("ecdh",),
    ),
]


@pytest.mark.parametrize(
    ("path", "fields", "right"), CHOICES, ids=lambda value: value if isinstance(value, str) else ""
)
async def test_a_wrong_choice_is_told_the_right_ones(path: str, fields: dict[str, Any], right: tuple[str, ...]) -> None:
    """The error of a value that isn't one of a few names all of them."""
    keys = await Keys.new(a="aes256-gcm96", r="rsa-2048")
    with pytest.raises(InvalidRequest) as refusal:
        await keys.write(path, **fields)
    assert [each for each in right if each not in refusal.value.text] == []


@pytest.mark.parametrize(
    ("path", "fields", "right"),
    [
        (
            "export/key/a",
            {},
            ("encryption-key", "signing-key", "hmac-key", "public-key", "certificate-chain", "cmac-key"),
        ),
        ("export/encryption-key/a", {"format": "base64"}, ("raw", "der", "pem")),
        ("export/encryption-key/a", {}, ("exportable=true", "keys/<name>/config")),
        ("byok-export/r/a", {}, ("exportable=true", "keys/<name>/config")),
        ("backup/a", {}, ("exportable=true", "keys/<name>/config")),
        ("backup/r", {}, ("allow_plaintext_backup=true", "keys/<name>/config")),
    ],
)
async def test_a_key_that_stays_tells_what_lets_it_go(
    path: str, fields: dict[str, Any], right: tuple[str, ...]
) -> None:
    """The error of a read that isn't allowed, or of a wrong form, names the setting or the forms."""
    keys = await Keys.new(a="aes256-gcm96")
    await keys.make("r", type="rsa-2048", exportable=True)
    with pytest.raises(InvalidRequest) as refusal:
        await keys.read(path, **fields)
    assert [each for each in right if each not in refusal.value.text] == []


@pytest.mark.parametrize(
    ("path", "right"),
    [
        ("keys/k", {*TYPES, "ml-kem", "ecdsa-p521"}),
        ("encrypt/k", set(MADE_BY_ENCRYPT)),
        ("sign/k", {*HASHES, "none", "mldsa-mu"}),
        ("derive-key/k", {"aes128-gcm96", "aes256-gcm96", "chacha20-poly1305", "xchacha20-poly1305"}),
    ],
)
async def test_the_help_of_a_path_names_the_choices(path: str, right: set[str]) -> None:
    """Whoever asks for help needn't send a wrong value to see the right ones."""
    server = await PluginServer.start(Transit)
    shown = (await server.ok("GET", f"transit/{path}?help=1")).body["help"]
    assert {each for each in right if each not in shown} == set()

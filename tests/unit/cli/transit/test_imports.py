"""`transit import`: what the program sends, and what it says when it can't."""

from __future__ import annotations

import os
import subprocess
from base64 import b64decode, b64encode
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from strongroom.crypto.asymmetric import formats, wrapping
from strongroom.crypto.asymmetric.rsa import RsaKey
from tests.conformance.program import OURS, forked
from tests.unit.cli.answering import Answering, answering

WRAPPING_KEY = "GET /v1/transit/wrapping_key"
KEY = b"k" * 32
PRIVATE = ed25519.Ed25519PrivateKey.from_private_bytes(b"s" * 32)
PKCS8 = PRIVATE.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
PEM = PRIVATE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@cache
def pair() -> RsaKey:
    """The wrapping key of a mount; a small one, which is made sooner."""
    made = rsa.generate_private_key(65537, 2048)
    return RsaKey.of_private(made.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))


def run(server: Answering, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program against a server."""
    return subprocess.run(
        [forked(OURS), "transit", *words],
        env={
            "PATH": os.environ["PATH"],
            "HOME": "/nonexistent",
            "VAULT_ADDR": server.address,
            "VAULT_TOKEN": "t",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("text", "material"),
    [
        (b64encode(KEY).decode(), KEY),
        (b64encode(KEY).decode()[:20] + "\n" + b64encode(KEY).decode()[20:] + "\n", KEY),
        (PEM, PKCS8),
    ],
    ids=["base64", "lines of base64", "PEM"],
)
@pytest.mark.parametrize(("command", "endpoint"), [("import", "import"), ("import-version", "import_version")])
@pytest.mark.parametrize("hash_name", ["SHA256", "SHA1"])
def test_a_key_is_wrapped_before_it_is_sent(
    text: str, material: bytes, command: str, endpoint: str, hash_name: str, tmp_path: Path
) -> None:
    """The mount's wrapping key opens what was sent, by the hash that was asked for; parameters go along."""
    (tmp_path / "key").write_text(text)
    with answering({WRAPPING_KEY: {"data": {"public_key": formats.public_pem(pair())}}}) as server:
        done = run(
            server, command, "transit/keys/k", f"@{tmp_path / 'key'}", "type=ed25519", f"hash_function={hash_name}"
        )
    assert (done.returncode, done.stdout) == (0, "Success! Key imported to: transit/keys/k\n"), done.stderr
    assert server.asked == [WRAPPING_KEY, f"PUT /v1/transit/keys/k/{endpoint}"]
    sent = dict(server.bodies[1])
    assert wrapping.unwrap(pair(), b64decode(sent.pop("ciphertext")), hash_name) == material
    assert sent == {"type": "ed25519", "hash_function": hash_name}


@pytest.mark.parametrize("answer", [None, {"data": {"value": "x"}}, {"data": {"public_key": ""}}])
def test_a_mount_without_a_wrapping_key_is_named(answer: Any) -> None:
    """Where no transit engine answers, the error says so, and nothing is sent."""
    with answering({}, otherwise=answer) as server:
        done = run(server, "import", "transit/keys/k", b64encode(KEY).decode())
    assert done.returncode == 2
    assert done.stderr == ("No wrapping key found at transit/wrapping_key. Is a transit engine mounted at transit?\n")
    assert server.asked == [WRAPPING_KEY]


def test_the_wrapping_key_comes_unwrapped() -> None:
    """A user who has answers wrapped imports keys all the same: the command itself needs the public key."""
    with answering({WRAPPING_KEY: {"data": {"public_key": formats.public_pem(pair())}}}) as server:
        done = run(server, "import", "transit/keys/k", b64encode(KEY).decode(), VAULT_WRAP_TTL="60s")
    assert done.returncode == 0, done.stderr
    assert [headers["X-Vault-Wrap-TTL"] for headers in server.headers] == [None, "1m0s"]


@pytest.mark.parametrize(
    ("key", "error"),
    [
        ("a/b", "the key is neither standard base64 nor a private key in PEM: "),
        ("-----BEGIN PRIVATE KEY-----\nMC4C", "the private key can't be read: not a private key in PEM"),
        (
            "-----BEGIN PUBLIC KEY-----\nMC4C",
            "this is a public key, which needs no wrapping: "
            "strongroom write <mount>/keys/<name>/import public_key=@FILE",
        ),
        ("@/nonexistent", "error reading key material file: open /nonexistent: no such file or directory"),
    ],
)
def test_what_is_no_key_is_refused_here(key: str, error: str) -> None:
    """The server isn't asked, and the text, which may be a key, isn't repeated."""
    with answering({}) as server:
        done = run(server, "import", "transit/keys/k", key)
    assert done.returncode == 1
    assert done.stderr.startswith(error)
    assert key.startswith("@") or key not in done.stderr + done.stdout
    assert server.asked == []

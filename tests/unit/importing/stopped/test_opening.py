"""Rows of a stopped server open with its key shares only, at their own keys only."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator

import pytest

from strongroom.crypto import shamir
from strongroom.crypto.aead import Aes256Gcm
from strongroom.importing.stopped.barrier.barrier import KEYRING, Barrier
from strongroom.importing.stopped.barrier.unsealing import SEAL_CONFIG, STORED_KEYS, root_key, share
from strongroom.importing.stopped.rows import UnreadableStore
from strongroom.lib.rand import SystemRandom
from strongroom.lib.secret import Secret

ROOT, KEK = bytes(range(32)), bytes(range(32, 64))
TERMS = {1: b"\x01" * 32, 2: b"\x02" * 32}
SHARES = shamir.split(KEK, 3, 2, SystemRandom())


class Memory:
    """Rows in memory."""

    label = "memory"

    def __init__(self, rows: dict[str, bytes]) -> None:
        self.rows = rows

    def get(self, key: str) -> bytes | None:
        """A row."""
        return self.rows.get(key)

    def keys(self, prefix: str) -> Iterator[str]:
        """Keys below a prefix."""
        return (key for key in sorted(self.rows) if key.startswith(prefix))

    def close(self) -> None:
        """Nothing is open."""


def sealed(key: str, value: bytes, *, term: int = 1, version: int = 2, by: bytes | None = None) -> bytes:
    """A row as the servers write it."""
    nonce = SystemRandom().bytes(12)
    associated = key.encode() if version == 2 else b""
    cipher = Aes256Gcm(TERMS[term] if by is None else by)
    return term.to_bytes(4) + bytes([version]) + nonce + cipher.seal(nonce, value, associated)


def blob(key: bytes, content: bytes) -> bytes:
    """A value that a seal has wrapped, as a message of which field 1 is the ciphertext."""
    nonce = SystemRandom().bytes(12)
    ciphertext = nonce + Aes256Gcm(key).seal(nonce, content, b"")
    return b"\x0a" + bytes([len(ciphertext) & 0x7F | 0x80, len(ciphertext) >> 7]) + ciphertext


def store(**seal: object) -> Memory:
    """A store with a keyring of two terms and a few rows."""
    keys = [{"Term": term, "Version": 1, "Value": b64encode(key).decode()} for term, key in TERMS.items()]
    keyring = json.dumps({"MasterKey": b64encode(ROOT).decode(), "Keys": keys}).encode()
    config = {"type": "shamir", "secret_shares": 3, "secret_threshold": 2, **seal}
    return Memory(
        {
            SEAL_CONFIG: json.dumps(config).encode(),
            STORED_KEYS: blob(KEK, json.dumps([b64encode(ROOT).decode()]).encode()),
            KEYRING: sealed(KEYRING, keyring, by=ROOT),
            "sys/new": sealed("sys/new", b'{"a":1}', term=2),
            "sys/old": sealed("sys/old", b'{"a":0}', version=1),
        }
    )


def opened(rows: Memory, shares: list[bytes]) -> Barrier:
    """The store, opened by shares."""
    return Barrier(rows, root_key(rows, [Secret(each) for each in shares]))


@pytest.mark.parametrize("shares", [SHARES[:2], SHARES[1:], SHARES])
def test_any_shares_up_to_the_threshold_open_it(shares: list[bytes]) -> None:
    """Rows of all terms and of both versions."""
    barrier = opened(store(), shares)
    assert barrier.document("sys/new") == {"a": 1}
    assert barrier.document("sys/old") == {"a": 0}
    assert barrier.read("sys/none") is None
    assert list(barrier.names("sys/")) == ["new", "old"]
    assert "1" not in repr(barrier)


def test_the_newer_wrapping_opens_too() -> None:
    """A value with a head, a length, and one slot for each seal."""
    rows = store()
    slot = rows.rows[STORED_KEYS]
    message = b"\x08\x01\x12" + bytes([len(slot) & 0x7F | 0x80, len(slot) >> 7]) + slot
    rows.rows[STORED_KEYS] = b"multiwrapvalue:1" + len(message).to_bytes(4) + message
    assert opened(rows, SHARES[:2]).document("sys/new") == {"a": 1}


def test_one_share_is_the_key() -> None:
    """A server that was initialized with one share doesn't split anything."""
    assert opened(store(secret_shares=1, secret_threshold=1), [KEK]).document("sys/new") == {"a": 1}


def test_older_servers_have_split_the_root_key() -> None:
    """Before there was another key between shares and root key."""
    rows = store()
    del rows.rows[STORED_KEYS]
    assert opened(rows, shamir.split(ROOT, 3, 2, SystemRandom())[:2]).document("sys/new") == {"a": 1}
    with pytest.raises(UnreadableStore, match="the keys don't open this store"):
        opened(rows, SHARES[:2])


def test_a_row_that_was_moved_or_altered_doesn_t_open() -> None:
    """Only rows of the first version open at another key, as they do for the servers."""
    rows = store()
    barrier = opened(rows, SHARES[:2])
    rows.rows["sys/moved"] = rows.rows["sys/new"]
    old = rows.rows["sys/old"]
    rows.rows["sys/old"] = old[:-1] + bytes([old[-1] ^ 1])
    rows.rows["sys/term"] = (9).to_bytes(4) + rows.rows["sys/new"][4:]
    rows.rows["sys/version"] = rows.rows["sys/new"][:4] + b"\x03" + rows.rows["sys/new"][5:]
    rows.rows["sys/short"] = rows.rows["sys/new"][:9]
    for key in ("sys/moved", "sys/old", "sys/term", "sys/version", "sys/short"):
        with pytest.raises(UnreadableStore, match=f"{key} doesn't open"):
            barrier.read(key)


@pytest.mark.parametrize("type_", ["awskms", "transit", "static"])
def test_another_seal_is_named(type_: str) -> None:
    """Its root key can't be had from recovery keys."""
    with pytest.raises(UnreadableStore, match=f'wrapped by the seal "{type_}"'):
        opened(store(type=type_), SHARES[:2])


def test_a_store_without_a_server_s_rows_is_told() -> None:
    """Neither a seal nor a keyring is there."""
    with pytest.raises(UnreadableStore, match="has no seal"):
        opened(Memory({}), SHARES[:2])
    rows = store()
    del rows.rows[KEYRING]
    with pytest.raises(UnreadableStore, match="has no keyring"):
        opened(rows, SHARES[:2])


def test_shares_are_read_in_both_forms() -> None:
    """As the servers print them; what is neither isn't quoted."""
    assert share(SHARES[0].hex()) == share(b64encode(SHARES[0]).decode()) == Secret(SHARES[0])
    for text in ("", "swordfish!", "zz"):
        with pytest.raises(UnreadableStore, match="neither hexadecimal nor base64") as caught:
            share(text)
        assert not text or text not in str(caught.value)

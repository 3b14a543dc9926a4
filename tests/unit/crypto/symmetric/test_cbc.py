"""AES-CBC against published vectors, and its one error."""

from __future__ import annotations

import contextlib

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from strongroom.crypto.symmetric.cbc import AesCbc
from strongroom.lib.errors import Tampered
from tests.published.responses import value, vectors
from tests.published.tally import Tally
from tests.published.wycheproof import case_name, cases


def opened(cipher: AesCbc, iv: bytes, ciphertext: bytes) -> bytes | None:
    """The plaintext, or None if the cipher refuses."""
    with contextlib.suppress(Tampered):
        return cipher.open(iv, ciphertext)
    return None


@pytest.mark.parametrize(
    ("table", "at_least"),
    [("GFSbox", 24), ("KeySbox", 74), ("MMT", 40), ("VarKey", 768), ("VarTxt", 512)],
)
def test_it_encrypts_as_nist_does(table: str, at_least: int) -> None:
    """NIST's texts are whole blocks without padding: ours begin with them, add a block of padding, and open again."""
    tally = Tally(f"CBC{table}")
    for bits in (128, 256):
        for vector in vectors(f"ciphers/AES/CBC/CBC{table}{bits}.rsp"):
            plain, ciphertext = value(vector["plaintext"]), value(vector["ciphertext"])
            cipher, iv = AesCbc(value(vector["key"])), value(vector["iv"])
            sealed = cipher.seal(iv, plain)
            right = sealed[:-16] == ciphertext and opened(cipher, iv, sealed) == plain
            tally.note(vector, right=right)
    tally.settle(at_least)


def test_wycheproof() -> None:
    """What is valid is sealed and opened alike, what has bad padding is refused, and so are keys of 24 bytes."""
    tally = Tally("aes_cbc_pkcs5")
    for case in cases("aes_cbc_pkcs5"):
        key, iv, plain, sealed = (bytes.fromhex(case[name]) for name in ("key", "iv", "msg", "ct"))
        if len(key) == 24:
            with pytest.raises(ValueError, match="key of 16 or 32 bytes"):
                AesCbc(key)
            tally.note(case_name(case), right=True)
            continue
        found = opened(AesCbc(key), iv, sealed)
        if case["result"] == "valid":
            tally.note(case_name(case), right=found == plain and AesCbc(key).seal(iv, plain) == sealed)
        else:
            tally.note(case_name(case), right=found is None)
    tally.settle(216)


KEY, IV = bytes(range(32)), bytes(range(16))


def _unpadded(blocks: bytes) -> bytes:
    encryptor = Cipher(algorithms.AES(KEY), modes.CBC(IV)).encryptor()
    return encryptor.update(blocks) + encryptor.finalize()


FAULTS = {
    "nothing": (IV, b""),
    "not a block": (IV, bytes(15)),
    "more than a block": (IV, bytes(17)),
    "no IV": (b"", bytes(16)),
    "short IV": (IV[:15], bytes(16)),
    "long IV": (IV + b"\0", bytes(16)),
    "padding of 0": (IV, _unpadded(bytes(16))),
    "padding of 17": (IV, _unpadded(b"\x11" * 16)),
    "last byte of padding differs": (IV, _unpadded(b"a" * 14 + b"\x02\x03")),
    "first byte of padding differs": (IV, _unpadded(b"a" * 13 + b"\x01\x03\x03")),
    "padding of a block differs": (IV, _unpadded(b"\x0f" + b"\x10" * 15)),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_all_faults_are_told_alike(fault: str) -> None:
    """Class, text, detail and chain of the error are the same, so that they are no oracle of the padding."""
    with pytest.raises(Tampered) as raised:
        AesCbc(KEY).open(*FAULTS[fault])
    error = raised.value
    assert (error.text, error.detail, error.__cause__) == ("the ciphertext does not decrypt", "", None)
    assert error.__context__ is None or error.__suppress_context__


@pytest.mark.parametrize("size", [0, 8, 15, 17, 24, 33])
def test_sizes_are_checked(size: int) -> None:
    """Keys of 16 or 32 bytes, IVs of 16."""
    with pytest.raises(ValueError, match="key of 16 or 32 bytes"):
        AesCbc(bytes(size))
    with pytest.raises(ValueError, match="IV of 16 bytes"):
        AesCbc(KEY).seal(bytes(size), b"plain")


def test_no_key_is_shown() -> None:
    """What is printed of a cipher by mistake has nothing of its key."""
    keyed = AesCbc(b"canary-key-canary-key-canary-key")
    assert "canary" not in f"{keyed!r} {keyed}"

"""Random bytes against everything that opens a ciphertext, and random damage to what was sealed."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.crypto.symmetric.cbc import AesCbc
from strongroom.crypto.symmetric.chacha import ChaCha20Poly1305, XChaCha20Poly1305
from strongroom.crypto.symmetric.gcm import AesGcm
from strongroom.crypto.symmetric.key_wrap import unwrap, wrap
from strongroom.lib.errors import Tampered
from tests.fuzz.effort import examples

KEY = bytes(range(32))

AEADS: dict[str, tuple[type[AesGcm | ChaCha20Poly1305 | XChaCha20Poly1305], int]] = {
    "AES-128-GCM": (AesGcm, 16),
    "AES-192-GCM": (AesGcm, 24),
    "AES-256-GCM": (AesGcm, 32),
    "ChaCha20-Poly1305": (ChaCha20Poly1305, 32),
    "XChaCha20-Poly1305": (XChaCha20Poly1305, 32),
}


@pytest.mark.parametrize("name", AEADS)
@given(nonce=st.binary(max_size=40), sealed=st.binary(max_size=100), associated=st.binary(max_size=40))
@settings(max_examples=examples(100))
def test_nothing_foreign_authenticates(name: str, nonce: bytes, sealed: bytes, associated: bytes) -> None:
    """Any nonce and any ciphertext of any size are `Tampered`, and no other error."""
    cipher, size = AEADS[name]
    with pytest.raises(Tampered):
        cipher(KEY[:size]).open(nonce, sealed, associated)


@pytest.mark.parametrize("name", AEADS)
@given(plain=st.binary(max_size=80), associated=st.binary(max_size=40), data=st.data())
@settings(max_examples=examples(100))
def test_whatever_is_altered_is_noticed(name: str, plain: bytes, associated: bytes, data: st.DataObject) -> None:
    """What was sealed opens; with one flipped bit anywhere, or cut or lengthened anywhere, it doesn't."""
    cipher, size = AEADS[name]
    keyed = cipher(KEY[:size])
    nonce = data.draw(st.binary(min_size=keyed.nonce_bytes, max_size=keyed.nonce_bytes))
    sealed = keyed.seal(nonce, plain, associated)
    assert keyed.open(nonce, sealed, associated) == plain
    parts = [nonce, sealed, associated]
    at = data.draw(st.sampled_from([index for index, part in enumerate(parts) if part]))
    parts[at] = data.draw(_damaged(parts[at]))
    with pytest.raises(Tampered):
        keyed.open(*parts)


@given(iv=st.binary(min_size=15, max_size=17), sealed=st.binary(max_size=100))
@settings(max_examples=examples(300))
def test_cbc_opens_or_refuses(iv: bytes, sealed: bytes) -> None:
    """Random blocks may happen to have padding; what is opened is sealed to the same again."""
    cipher = AesCbc(KEY)
    with contextlib.suppress(Tampered):
        assert cipher.seal(iv, cipher.open(iv, sealed)) == sealed


@given(size=st.sampled_from([16, 32]), iv=st.binary(min_size=16, max_size=16), plain=st.binary(max_size=100))
@settings(max_examples=examples(100))
def test_cbc_opens_what_it_sealed(size: int, iv: bytes, plain: bytes) -> None:
    """Plaintexts of any size come back, from the next whole block."""
    cipher = AesCbc(KEY[:size])
    sealed = cipher.seal(iv, plain)
    assert len(sealed) == len(plain) // 16 * 16 + 16
    assert cipher.open(iv, sealed) == plain


@given(wrapped=st.binary(max_size=120))
@settings(max_examples=examples(300))
def test_no_foreign_key_unwraps(wrapped: bytes) -> None:
    """Any bytes of any size are `Tampered`, and no other error."""
    with pytest.raises(Tampered):
        unwrap(KEY, wrapped)


@given(size=st.sampled_from([16, 24, 32]), key=st.binary(min_size=1, max_size=80), data=st.data())
@settings(max_examples=examples(200))
def test_a_damaged_key_does_not_unwrap(size: int, key: bytes, data: st.DataObject) -> None:
    """A key that was wrapped unwraps; with one flipped bit, or cut or lengthened, it doesn't."""
    wrapped = wrap(KEY[:size], key)
    assert unwrap(KEY[:size], wrapped) == key
    with pytest.raises(Tampered):
        unwrap(KEY[:size], data.draw(_damaged(wrapped)))


def _damaged(whole: bytes) -> st.SearchStrategy[bytes]:
    def flipped(bit: int) -> bytes:
        return (int.from_bytes(whole, "big") ^ 1 << bit).to_bytes(len(whole), "big")

    return (
        st.integers(0, len(whole) * 8 - 1).map(flipped)
        | st.integers(0, len(whole) - 1).map(lambda end: whole[:end])
        | st.binary(min_size=1, max_size=24).map(lambda more: whole + more)
    )

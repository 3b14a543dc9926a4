"""From the text of a share to an open barrier, and the words for each thing that keeps it shut."""

from __future__ import annotations

import base64

import pytest

from strongroom.barrier import keys
from strongroom.barrier.keyring import new_keyring, seal_keyring
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import SystemRandom
from strongroom.lib.secret import Secret
from strongroom.sealing.port import LocalPort
from strongroom.sealing.unseal import checked_share, decode_share, submit
from strongroom.seals import shamir
from strongroom.storage.inmem import InmemStorage
from tests.sim.clock import SetClock

ROOT_KEY = Secret(bytes(range(32)))
RANDOM = SystemRandom()
NO_TEXT = "'key' must be a valid hex or base64 string"
SHORT = "invalid key: key is shorter than minimum 16 bytes"


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("00ff10", b"\x00\xff\x10"),
        ("00FF10", b"\x00\xff\x10"),
        ("AP8Q", b"\x00\xff\x10"),
        ("abcd", b"\xab\xcd"),  # hexadecimal comes first
        ("", b""),
        ("AP8", None),
        ("AP8Q\n", None),
        ("AP-_", None),
        ("schlüssel", None),
    ],
)
def test_a_share_is_hexadecimal_or_base64(text: str, share: bytes | None) -> None:
    """Anything else is refused without being quoted."""
    if share is not None:
        assert decode_share(text) == share
        return
    with pytest.raises(InvalidRequest) as refused:
        decode_share(text)
    assert refused.value.text == NO_TEXT


@pytest.mark.parametrize(
    ("shares", "length", "text"),
    [
        (3, 33, ""),
        (1, 32, ""),
        (3, 0, SHORT),
        (3, 15, SHORT),
        (3, 16, "invalid key: key is shorter than the 33 bytes of this seal's keys"),
        (3, 32, "invalid key: key is shorter than the 33 bytes of this seal's keys"),
        (3, 34, "invalid key: key is longer than maximum 33 bytes"),
        (1, 31, "invalid key: key is shorter than the 32 bytes of this seal's keys"),
        (1, 33, "invalid key: key is longer than maximum 32 bytes"),
    ],
)
def test_a_share_has_the_length_of_its_seals(shares: int, length: int, text: str) -> None:
    """One byte more where there are several; the refusal says what is wrong with it, in numbers."""
    seal, _ = shamir.create(ROOT_KEY, shares, min(shares, 2), RANDOM)
    share = base64.b64encode(b"\x00" + b"x" * (length - 1) if length else b"").decode()
    if not text:
        assert len(checked_share(seal, share, "a test")) == length
        return
    with pytest.raises(InvalidRequest) as refused:
        checked_share(seal, share, "a test")
    assert refused.value.text == text


async def test_what_the_shares_do_not_open() -> None:
    """A store without a keyring, one whose keyring another key opens, and shares that are no shares of one secret."""
    seal, (one, two, _) = shamir.create(ROOT_KEY, 3, 2, RANDOM)
    opened: list[Secret] = []

    async def open_(key: Secret) -> None:
        opened.append(key)

    async def close() -> None:
        opened.clear()

    async def refusal(*shares: bytes) -> str:
        port = LocalPort(RANDOM, open_, close)
        await submit(storage, port, seal, shares[0].hex())
        with pytest.raises(InvalidRequest) as refused:
            await submit(storage, port, seal, shares[1].hex())
        assert not opened
        return refused.value.text

    storage = InmemStorage(SetClock(), RANDOM)
    await storage.start()
    assert await refusal(one.reveal(), two.reveal()) == "Vault is not initialized"
    foreign = seal_keyring(Secret(b"x" * 32), new_keyring(RANDOM, 1.0), RANDOM)
    await storage.commit({}, {keys.KEYRING: foreign}, {})
    wrong = "unseal failed, invalid key: the shares do not open the seal"
    assert await refusal(one.reveal(), two.reveal()) == wrong
    own = seal_keyring(ROOT_KEY, new_keyring(RANDOM, 1.0), RANDOM)
    await storage.commit({}, {keys.KEYRING: own}, {})
    assert await refusal(one.reveal(), bytes(32) + two.reveal()[-1:]) == wrong
    assert await refusal(one.reveal(), bytes(32) + one.reveal()[-1:]) == "duplicate part detected"
    port = LocalPort(RANDOM, open_, close)
    await submit(storage, port, seal, one.reveal().hex())
    assert not opened
    await submit(storage, port, seal, base64.b64encode(two.reveal()).decode())
    assert [key.reveal() for key in opened] == [ROOT_KEY.reveal()]

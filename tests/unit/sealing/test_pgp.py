"""PGP keys from whoever: those that are none are refused, quickly and as a bad request."""

from __future__ import annotations

import base64
import random
import time

import pgpy  # type: ignore[import-untyped]
import pytest

from strongroom.lib.errors import InvalidRequest
from strongroom.sealing.pgp import encrypt, fingerprint
from tests.sim.pgp import Holder

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
"""What the package and those that it rests on say of old algorithms while they read and encrypt."""


@pytest.fixture(scope="module")
def holder() -> Holder:
    """Somebody with a key."""
    return Holder("Anna")


def test_a_key_comes_in_base64_or_in_armour(holder: Holder) -> None:
    """Both are the same key, whatever the armour's line ends and headers; what is encrypted to it can be read."""
    key, _ = pgpy.PGPKey.from_blob(base64.b64decode(holder.public))
    armoured = str(key)
    headed = armoured.replace("\n\n", "\nComment: a key\n\n", 1)
    for text in (holder.public, armoured, armoured.replace("\n", "\r\n"), f"\n{headed}\n"):
        sealed, found = encrypt(text, "share")
        assert found == holder.fingerprint
        assert holder.decrypt(base64.b64decode(sealed)) == "share"


def test_a_damaged_key_is_a_bad_request(holder: Holder) -> None:
    """Whatever bytes are changed, cut or put in, the answer is a key or `InvalidRequest`, never another error."""
    pick = random.Random(3)
    whole = base64.b64decode(holder.public)
    refused = 0
    for _ in range(1500):
        damaged = bytearray(whole)
        for _ in range(pick.randrange(1, 5)):
            at = pick.randrange(min(len(damaged), pick.choice((20, len(damaged)))))
            match pick.randrange(3):
                case 0:
                    damaged[at] = pick.choice((0, 255, pick.randrange(256)))
                case 1:
                    damaged[at:at] = pick.randbytes(3)
                case _:
                    del damaged[max(1, at) :]
        try:
            fingerprint(base64.b64encode(damaged).decode())
        except InvalidRequest:
            refused += 1
    assert refused > 1000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "é",
        "-----BEGIN PGP PUBLIC KEY BLOCK-----",
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n" + "a: b\n" * 50_000,
        "-----BEGIN " + "\n" * 200_000,
        base64.b64encode(b"\xff\x00" * 90_000).decode(),
        base64.b64encode(b"\xcd\x01a" * 60_000).decode(),
        "A" * 10_000_000,
    ],
    ids=["nothing", "no-base64", "only-a-head", "headers", "empty-lines", "unknown-packets", "names", "ten-megabytes"],
)
def test_what_is_made_to_hurt_is_refused_at_once(text: str) -> None:
    """Long armour and thousands of packets take no work that others would wait for."""
    begun = time.thread_time()
    with pytest.raises(InvalidRequest):
        fingerprint(text)
    assert time.thread_time() - begun < 2


def test_a_key_with_thousands_of_names_is_refused_at_once(holder: Holder) -> None:
    """A whole key in front doesn't help."""
    begun = time.thread_time()
    with pytest.raises(InvalidRequest, match="more than 500 packets"):
        fingerprint(base64.b64encode(base64.b64decode(holder.public) + b"\xcd\x01a" * 60_000).decode())
    assert time.thread_time() - begun < 2

"""Which nonces count: those that this mount has made, for an hour."""

from __future__ import annotations

import pytest

from strongroom.engines.pki.acme.nonces import made, minute_of
from strongroom.engines.pki.acme.problems import Problem
from strongroom.engines.pki.acme.requests import decoded, encoded

KEY, DRAWN, MINUTE = b"k" * 32, bytes(range(12)), 28_333_333
NONCE = made(KEY, MINUTE, DRAWN)


def _changed(at: int) -> str:
    raw = bytearray(decoded(NONCE))
    raw[at] ^= 1
    return encoded(bytes(raw))


def test_what_a_nonce_is_made_of() -> None:
    """Four bytes of the minute, those that were drawn, and sixteen that only the key makes."""
    raw = decoded(NONCE)
    assert (raw[:4], raw[4:16], len(raw)) == (MINUTE.to_bytes(4, "big"), DRAWN, 32)


@pytest.mark.parametrize("later", [-60, -59.9, 0, 59.9, 3600, 3659.9])
def test_a_nonce_counts_for_an_hour(later: float) -> None:
    """And a minute before, because another node's clock may be ahead."""
    assert minute_of(NONCE, KEY, MINUTE * 60 + later) == MINUTE


@pytest.mark.parametrize("later", [-60.1, -3600, 3660, 1e6])
def test_a_nonce_of_another_time_has_expired(later: float) -> None:
    """Its row might have been removed."""
    with pytest.raises(Problem) as raised:
        minute_of(NONCE, KEY, MINUTE * 60 + later)
    assert (raised.value.kind, raised.value.detail) == ("badNonce", "the nonce has expired")


@pytest.mark.parametrize(
    "nonce",
    [
        "",
        "=",
        NONCE[:-2],
        NONCE + "AA",
        NONCE + "=",
        made(b"l" * 32, MINUTE, DRAWN),
        made(KEY, MINUTE, DRAWN[:-1]),
        *map(_changed, (3, 4, 15, 16, 31)),
    ],
)
def test_a_nonce_that_the_mount_has_not_made(nonce: str) -> None:
    """Every byte is authenticated, and there is one length."""
    with pytest.raises(Problem) as raised:
        minute_of(nonce, KEY, MINUTE * 60)
    assert (raised.value.kind, raised.value.detail) == ("badNonce", "the nonce is not one of this server")

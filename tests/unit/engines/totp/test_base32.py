"""Keys as people and providers write them."""

from __future__ import annotations

import pytest

from strongroom.engines.totp import base32
from strongroom.lib.errors import InvalidRequest

HELLO = b"Hello!\xde\xad\xbe\xef"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("JBSWY3DPEHPK3PXP", HELLO),
        ("jbswy3dpehpk3pxp", HELLO),
        ("JBSW Y3DP EHPK 3PXP", HELLO),
        ("  jbsw\ty3dp\nehpk 3pxp ", HELLO),
        ("JBSWY3DPEHPK3PXPJA======", HELLO + b"H"),
        ("JBSWY3DPEHPK3PXPJA", HELLO + b"H"),
        ("JBSWY3DPEHPK3PXPJA==", HELLO + b"H"),
        ("AA", b"\0"),
        ("A" * 37, bytes(23)),
        ("A" * 205, bytes(128)),
        ("A" * 205 + " " * 307, bytes(128)),
    ],
)
def test_a_key_is_read_however_it_is_written(text: str, key: bytes) -> None:
    """With or without padding, in lower case, in groups."""
    assert base32.key_of(text) == key


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "the key value is required"),
        ("====", "the key value is required"),
        ("   ", "the key value is required"),
        ("JBSW!3DP", "invalid key value: illegal base32 data at input byte 4"),
        ("JBSW1", "invalid key value: illegal base32 data at input byte 4"),
        ("JBSW=Y3DP", "invalid key value: illegal base32 data at input byte 4"),
        ("A", "invalid key value: it ends within a byte, so characters are missing"),
        ("AAA", "invalid key value: it ends within a byte, so characters are missing"),
        ("AAAAAA", "invalid key value: it ends within a byte, so characters are missing"),
        ("JB\u017fWY3DP", "invalid key value: it has other characters than those of base32"),
        ("JBSWY3DP\ud800", "invalid key value: it has other characters than those of base32"),
        ("A" * 207, "the key value has more than 128 bytes"),
        ("A" * 513, "the key value has more than 512 characters"),
    ],
)
def test_what_is_no_key(text: str, error: str) -> None:
    """Nothing is dropped, or read as another key."""
    with pytest.raises(InvalidRequest) as refused:
        base32.key_of(text)
    assert refused.value.text == error


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 16, 20, 128])
def test_a_written_key_is_read_again(size: int) -> None:
    """Whatever its length, without padding."""
    key = bytes(range(100, 100 + size))
    text = base32.written(key)
    assert "=" not in text
    assert base32.key_of(text) == key

"""Values by chance, passwords and what is derived of them."""

from __future__ import annotations

import string
from collections import Counter
from uuid import UUID

import pytest

from strongroom.template.errors import FunctionFailed
from tests.unit.template.functions.around import FixedSurroundings
from tests.unit.template.functions.calls import call


@pytest.mark.parametrize(
    ("name", "characters"),
    [
        ("sprig_randAlpha", string.ascii_letters),
        ("sprig_randAlphaNum", string.ascii_letters + string.digits),
        ("sprig_randNumeric", string.digits),
        ("sprig_randAscii", "".join(map(chr, range(32, 127)))),
    ],
)
def test_texts_by_chance(name: str, characters: str) -> None:
    """They have the length that was asked for, and each character as often as any other."""
    counted = Counter(call(name, len(characters) * 256))
    assert counted.keys() == set(characters)
    assert max(counted.values()) - min(counted.values()) <= 2
    assert call(name, 0) == call(name, -1) == ""


def test_numbers_by_chance() -> None:
    """They are from the first up to the second, without that."""
    around = FixedSurroundings()
    assert {call("sprig_randInt", -1, 3, around=around) for _ in range(100)} == {-1, 0, 1, 2}
    with pytest.raises(FunctionFailed):
        call("sprig_randInt", 3, 3)


def test_shuffled_texts_keep_their_characters() -> None:
    """All characters are there, in another order."""
    text = "abcdefghijklmnopé"
    shuffled = call("sprig_shuffle", text)
    assert shuffled != text
    assert sorted(shuffled) == sorted(text)


def test_identifiers_are_of_version_four() -> None:
    """Two are two."""
    around = FixedSurroundings()
    first, second = (UUID(call("sprig_uuidv4", around=around)) for _ in range(2))
    assert first != second
    assert first.version == second.version == 4


def test_bytes_by_chance_are_encoded() -> None:
    """As many bytes as were asked for, in base64."""
    assert call("sprig_randBytes", 4) == "AAcOFQ=="


def test_passwords_are_hashed() -> None:
    """The library that checks passwords knows them again; a name's colon would end the name."""
    bcrypt = pytest.importorskip("bcrypt")
    hashed = call("sprig_htpasswd", "eva", "hunter2").removeprefix("eva:")
    assert hashed.startswith("$2a$10$")
    assert bcrypt.checkpw(b"hunter2", hashed.encode())
    with pytest.raises(FunctionFailed):
        call("sprig_bcrypt", "x" * 73)
    with pytest.raises(FunctionFailed):
        call("sprig_htpasswd", "e:va", "hunter2")


def test_passwords_by_their_digest() -> None:
    """The form `{SHA}` that web servers read, as `htpasswd -s` writes it."""
    assert call("sprig_htpasswd", "myuser", "myPassword", "sha") == "myuser:{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE="


def test_digests_that_the_peer_lacks() -> None:
    """SHA-512 is of a later sprig than OpenBao's; the digest is that of FIPS 180-4's example."""
    assert call("sprig_sha512sum", "abc").startswith("ddaf35a193617abacc417349ae204131")

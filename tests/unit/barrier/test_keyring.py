"""The keyring and the rows under it, byte by byte."""

from __future__ import annotations

from pathlib import Path

import msgspec

from strongroom.barrier.cipher import RowCipher
from strongroom.barrier.keyring import Keyring, Term, new_keyring, open_keyring, rotate, seal_keyring
from strongroom.barrier.record import encode
from strongroom.crypto.aead import Aes256Gcm
from strongroom.lib.rand import SystemRandom
from tests.sim.clock import SetClock
from tests.unit.barrier.places import AREA, ROOT_KEY, Note

VECTORS = Path(__file__).parents[2] / "vectors" / "records"


class _Counting:
    """Randomness for golden bytes: 0, 1, 2, …"""

    def bytes(self, count: int) -> bytes:
        """The first bytes there are."""
        return bytes(range(count))


def test_todays_rows_stay_readable() -> None:
    """The bytes of a row and of a keyring as this release writes them: a change must be made on purpose."""
    keyring = Keyring(
        id=0, active=2, terms={n: Term(key=bytes([n] * 32), installed_at=1.5) for n in (1, 2)}, index_key=bytes(32)
    )
    cipher = RowCipher(keyring, _Counting())
    golden_row = bytes.fromhex((VECTORS / "row.hex").read_text())
    golden_keyring = bytes.fromhex((VECTORS / "keyring.hex").read_text())
    assert cipher.seal(AREA + "a", encode(Note(text="golden"))) == golden_row
    assert cipher.open(AREA + "a", golden_row) == encode(Note(text="golden"))
    assert seal_keyring(ROOT_KEY, keyring, _Counting()) == golden_keyring
    assert open_keyring(ROOT_KEY, golden_keyring) == keyring
    # The same by the documented layout alone: format, keyring id, term, salt, nonce, ciphertext.
    assert golden_row[:9].hex() == "010000000000000002"
    row_key = keyring.row_key(2, golden_row[9:25])
    plain = Aes256Gcm(row_key).open(golden_row[25:37], golden_row[37:], (AREA + "a").encode())
    assert msgspec.msgpack.decode(plain) == {"~type": "note", "text": "golden"}


def test_keys_have_purposes() -> None:
    """Keys for different purposes differ, stay over rotations, and aren't shown."""
    keyring = new_keyring(SystemRandom(), SetClock().now())
    rotated = rotate(keyring, SystemRandom(), 5.0)
    assert keyring.purpose_key("token") == rotated.purpose_key("token") != keyring.purpose_key("audit")
    assert len(keyring.purpose_key("names", 64)) == 64
    shown = repr(rotated) + repr(rotated.terms) + str(rotated.terms[1])
    for secret in (rotated.index_key, *(term.key for term in rotated.terms.values())):
        assert repr(secret)[2:-1] not in shown


def test_rows_are_counted_by_term() -> None:
    """The count is of what was encrypted under the active term, and begins anew with a rotation."""
    keyring = new_keyring(SystemRandom(), SetClock().now())
    cipher = RowCipher(keyring, SystemRandom())
    for number in range(3):
        cipher.seal(f"{AREA}{number}", b"row")
    assert cipher.written == 3
    cipher.adopt(rotate(keyring, SystemRandom(), 5.0))
    assert cipher.written == 0

"""Where a search goes on, encrypted for its client, because the place may be a name that isn't theirs to know."""

from __future__ import annotations

import base64

import msgspec

from strongroom.barrier.keyring import Keyring
from strongroom.crypto.aead import KEY_BYTES, Aes256Siv
from strongroom.lib.errors import InvalidRequest, Tampered

_STEP = 128
"""Bytes.  The length of a cursor mustn't tell that of a name."""
_MOST_CHARACTERS = 8192


class SearchCursors:
    """Seals and opens the cursors of a namespace.

    Args:
        namespace: its id.
    """

    def __init__(self, keyring: Keyring, namespace: str) -> None:
        self._cipher = Aes256Siv(keyring.purpose_key("search cursor", 2 * KEY_BYTES))
        self._namespace = namespace.encode()

    def seal(self, place: tuple[str, str]) -> str:
        """The cursor of a place: the mount's path, and where in it."""
        encoded = msgspec.json.encode(place)
        padded = encoded.ljust(-(-len(encoded) // _STEP) * _STEP)
        return base64.urlsafe_b64encode(self._cipher.seal(padded, self._namespace)).rstrip(b"=").decode()

    def open(self, cursor: str) -> tuple[str, str]:
        """The place; the first one for an empty cursor.  Raises `InvalidRequest` for what no search has answered."""
        if not cursor:
            return "", ""
        try:
            if len(cursor) > _MOST_CHARACTERS:
                raise ValueError
            sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            return msgspec.json.decode(self._cipher.open(sealed, self._namespace), type=tuple[str, str])
        except (ValueError, Tampered) as error:  # also for what is no base64
            raise InvalidRequest("after isn't what a search has answered") from error

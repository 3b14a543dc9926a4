"""Names of writers.  A name shows whether it belongs to this store, without a list of all writers (pure).

    node-1-9f86d081884c-7d793037a0760186

The parts are a machine's name, random digits, and a keyed digest of both.
"""

from __future__ import annotations

import hmac
import re

from strongroom.crypto.mac import hmac_sha256
from strongroom.lib.rand import Random

_PURPOSE = b"strongroom audit writer "
_RANDOM_BYTES = 6
_DIGITS = 16
_UNPLAIN = re.compile(r"[^A-Za-z0-9._-]")
_LONGEST_HOST = 64


class Writers:
    """Makes and recognizes names of writers of one store.

    Args:
        key: the store's key for its audit log. host: the machine's name.
    """

    def __init__(self, key: bytes, host: str, random: Random) -> None:
        self._key = key
        self._host = _UNPLAIN.sub("_", host)[:_LONGEST_HOST]
        self._random = random

    def new(self) -> str:
        """A name that no other writer has."""
        name = f"{self._host}-{self._random.bytes(_RANDOM_BYTES).hex()}"
        return f"{name}-{self._digest(name)}"

    def own(self, writer: str) -> bool:
        """Whether a writer's name belongs to this store."""
        name, _, digest = writer.rpartition("-")
        return hmac.compare_digest(digest.encode(), self._digest(name).encode())

    def _digest(self, name: str) -> str:
        return hmac_sha256(self._key, _PURPOSE + name.encode()).hex()[:_DIGITS]

"""Access tokens: what a client may ask `userinfo` about.  They are no tokens of the API, and open no other path.

A token is the encrypted grant itself.  Nothing is stored, so a login costs no row.
"""

from __future__ import annotations

import base64

import msgspec

from strongroom.barrier.keyring import Keyring
from strongroom.barrier.transaction import Transaction
from strongroom.crypto.aead import NONCE_BYTES, Aes256Gcm
from strongroom.crypto.mac import sha256
from strongroom.lib.errors import Tampered
from strongroom.lib.rand import Random
from strongroom.services.withdrawals.matching import Facts

PREFIX = "hvo_access_"
_MOST_CHARACTERS = 16 * 1024


class Grant(msgspec.Struct, frozen=True):
    """What an access token allows."""

    namespace: str
    provider: str
    client_id: str
    entity_id: str
    scopes: tuple[str, ...]
    expires_at: float
    line: tuple[Facts, ...] = ()
    """To whom its code was issued."""

    def __repr__(self) -> str:
        return f"Grant({self.provider})"


class AccessTokens:
    """Makes and opens access tokens."""

    def __init__(self, keyring: Keyring, random: Random) -> None:
        self._cipher = Aes256Gcm(keyring.purpose_key("oidc access token"))
        self._random = random

    def seal(self, txn: Transaction, grant: Grant) -> str:
        """The token of a grant."""
        encoded = msgspec.msgpack.encode(grant)
        # Named by the grant's digest, because another attempt may grant something else, and must not share the nonce.
        name = f"oidc access nonce {sha256(encoded).hex()}"
        nonce = txn.once(name, lambda: self._random.bytes(NONCE_BYTES))
        sealed = nonce + self._cipher.seal(nonce, encoded, PREFIX.encode())
        return PREFIX + base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def open(self, token: str, now: float) -> Grant | None:
        """The grant of a token; None for an expired one, and for what is none."""
        text = token.removeprefix(PREFIX)
        if text == token or len(token) > _MOST_CHARACTERS:
            return None
        try:
            sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            opened = self._cipher.open(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], PREFIX.encode())
            grant = msgspec.msgpack.decode(opened, type=Grant)
        except (ValueError, Tampered):  # also for what is no base64, and no grant
            return None
        return grant if now < grant.expires_at else None

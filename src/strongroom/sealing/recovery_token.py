"""Makes a token for recovery mode when enough holders of key shares agree.

It is made as a root token is, in one process that serves nothing else.  The token isn't stored: it ends with the
process, and only its digest is in memory.

Source: https://developer.hashicorp.com/vault/api-docs/system/generate-recovery-token
"""

from __future__ import annotations

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.keyring import open_keyring
from strongroom.lib.errors import InvalidRequest, NotInitialized, Tampered
from strongroom.lib.rand import Random, base62
from strongroom.lib.secret import Secret
from strongroom.sealing import wrong_shares
from strongroom.sealing.ceremonies import RECOVERY_TOKEN, Order, Outcome, State, Verb
from strongroom.sealing.initialize import TOKEN_LENGTH, seal_of
from strongroom.sealing.port import Ceremonies
from strongroom.sealing.root_token import Generation, RootTokenRequest, encode, new_otp, require_taken, wanted_of
from strongroom.sealing.unseal import checked_share
from strongroom.seals import shamir
from strongroom.storage.base import Storage

PREFIX = "hvr."
_WHAT = "recovery token generation"
_NOTHING = "no recovery token generation in progress"


class Made(msgspec.Struct, frozen=True):
    """What the last share has led to."""

    token: Secret
    root_key: Secret

    def __repr__(self) -> str:
        return "Made(…)"


class RecoveryToken:
    """The generation of a recovery token, one at a time."""

    def __init__(self, storage: Storage, random: Random) -> None:
        self._storage = storage
        self._random = random
        self._ceremonies = Ceremonies(random)

    async def progress(self) -> Generation:
        """How far the generation is."""
        return await self._generation(self._ceremonies.obey(Order(Verb.SHOW, RECOVERY_TOKEN)))

    async def begin(self, otp: str, pgp_key: str) -> Generation:
        """Begin to collect shares.

        Args:
            otp: the one-time pad; empty for a PGP key or a new pad.

        Raises: `InvalidRequest` for an unusable pad or key, or if a generation is in progress.
        """
        wanted, generated = wanted_of(otp, pgp_key, lambda: new_otp(self._random))
        order = Order(Verb.BEGIN, RECOVERY_TOKEN, content=msgspec.json.encode(wanted))
        outcome = self._ceremonies.obey(order)
        if outcome.refusal:
            raise InvalidRequest(f"{_WHAT} already in progress")
        return msgspec.structs.replace(await self._generation(outcome), otp=generated)

    def cancel(self) -> None:
        """Cancel the generation, and drop the shares."""
        self._ceremonies.obey(Order(Verb.CANCEL, RECOVERY_TOKEN))

    async def give(self, nonce: str, text: str) -> tuple[Generation, Made | None]:
        """Take one share.  The last one needed makes the token.

        Raises: `InvalidRequest` for an invalid share, for another attempt's nonce, or if the shares don't open the
        store.  All must be given again then.
        """
        seal = await self._seal()
        share = checked_share(seal, text, "recovery token")
        order = Order(Verb.SHARE, RECOVERY_TOKEN, nonce=nonce, content=share, threshold=seal.threshold)
        outcome = self._ceremonies.obey(order)
        require_taken(outcome, _WHAT, _NOTHING)
        given = await self._generation(outcome)
        if not outcome.complete:
            return given, None
        root_key = await self._opened(seal, outcome.complete)
        require_taken(self._ceremonies.obey(Order(Verb.FINISH, RECOVERY_TOKEN, nonce=outcome.nonce)), _WHAT, _NOTHING)
        token = PREFIX + base62(self._random, TOKEN_LENGTH - len(PREFIX))
        encoded = encode(token, given.wanted)
        return msgspec.structs.replace(given, encoded=encoded), Made(Secret(token.encode()), root_key)

    async def _opened(self, seal: shamir.SealRecord, parts: tuple[bytes, ...]) -> Secret:
        """The root key.  Raises `InvalidRequest` if the shares don't open the store."""
        row = await self._storage.get(keys.KEYRING)
        try:
            root_key = shamir.open_(seal, parts)
            open_keyring(root_key, row.value if row is not None else b"")
        except (Tampered, InvalidRequest) as error:
            wrong_shares.note("recovery token", "together they do not open the seal")
            raise InvalidRequest("invalid key: the shares do not open the seal") from error
        return root_key

    async def _seal(self) -> shamir.SealRecord:
        seal = await seal_of(self._storage)
        if seal is None:
            raise NotInitialized("the store is not initialized: there is nothing to recover")
        return seal

    async def _generation(self, outcome: Outcome) -> Generation:
        seal, wanted = await self._seal(), RootTokenRequest()
        if outcome.state is not State.ABSENT:
            wanted = msgspec.json.decode(outcome.wanted, type=RootTokenRequest)
        return Generation(outcome=outcome, wanted=wanted, required=seal.threshold)

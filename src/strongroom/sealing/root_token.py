"""Makes a new root token when enough holders of key shares agree.

The client that begins gives a PGP key or a one-time pad as long as the token, or gets a pad.  The client that gives the
last share gets the token, encrypted with it.  So no single holder learns the token from the responses.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import partial

import msgspec

from strongroom.barrier.transaction import Transaction
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.rand import Random, base62
from strongroom.sealing import pgp, root_key
from strongroom.sealing.ceremonies import ROOT_TOKEN, Order, Outcome, Refusal, State, Verb
from strongroom.sealing.initialize import TOKEN_LENGTH, new_token, root_record
from strongroom.sealing.port import SealPort
from strongroom.sealing.unseal import checked_share
from strongroom.services.tokens import TokenService

_LONGEST = 1024
"""The most characters of an encrypted token or its pad.

Any client may ask for a decryption, whose time grows with them.
"""
_BASE64 = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")


class RootTokenRequest(msgspec.Struct, frozen=True):
    """The encryption of the token."""

    otp: str = ""
    pgp_key: str = ""
    fingerprint: str = ""

    def __repr__(self) -> str:
        return f"RootTokenRequest(fingerprint={self.fingerprint})"


class Generation(msgspec.Struct, frozen=True):
    """The progress of the generation."""

    outcome: Outcome
    wanted: RootTokenRequest
    required: int
    encoded: str = ""
    """The encrypted token, for the client that gave the last share."""
    otp: str = ""
    """A new one-time pad, for a client that began without one."""

    def __repr__(self) -> str:
        return f"Generation({self.outcome})"


class RootToken:
    """One request about the generation of a root token.

    Args:
        now: seconds since the epoch.
    """

    def __init__(self, txn: Transaction, port: SealPort, *, tokens: TokenService, random: Random, now: float) -> None:
        self._txn = txn
        self._port = port
        self._tokens = tokens
        self._random = random
        self._now = now

    async def progress(self) -> Generation:
        """The progress of the generation."""
        return await self._generation(await self._ask(Order(Verb.SHOW, ROOT_TOKEN)))

    async def begin(self, otp: str, pgp_key: str) -> Generation:
        """Begin collecting shares.

        Args:
            otp: the one-time pad; empty for a PGP key or a new pad.

        Raises: `InvalidRequest` for an unusable pad or key, or if a generation is in progress.
        """
        wanted, generated = wanted_of(otp, pgp_key, lambda: self._txn.once("otp", partial(new_otp, self._random)))
        outcome = await self._ask(Order(Verb.BEGIN, ROOT_TOKEN, content=msgspec.json.encode(wanted)))
        if outcome.refusal:
            raise InvalidRequest("root generation already in progress for this namespace")
        return msgspec.structs.replace(await self._generation(outcome), otp=generated)

    async def cancel(self) -> None:
        """Cancel the generation, and drop the shares."""
        await self._ask(Order(Verb.CANCEL, ROOT_TOKEN))

    async def give(self, nonce: str, text: str) -> Generation:
        """Take one share.  The last one needed makes the token.

        Raises: `InvalidRequest` for an invalid share, for another attempt's nonce, or if the shares don't open the
        seal.  All must be given again then.
        """
        seal = await root_key.seal_of(self._txn)
        share = checked_share(seal, text, "root token")
        order = Order(Verb.SHARE, ROOT_TOKEN, nonce=nonce, content=share, threshold=seal.threshold)
        outcome = await self._ask(order)
        require_taken(outcome)
        given = await self._generation(outcome)
        if not outcome.complete:
            return given
        await root_key.require_quorum(self._txn, seal, outcome.complete, "root token")
        require_taken(await self._ask(Order(Verb.FINISH, ROOT_TOKEN, nonce=outcome.nonce)))
        self._txn.across.differ()  # it may be needed to promote a region whose first one is gone
        token = self._txn.once("root token", lambda: new_token(self._random))
        self._tokens.create(
            self._txn,
            self._txn.once("root record", lambda: root_record(self._tokens.key_of(token), self._random, self._now)),
        )
        encoded = self._txn.once("encoded", lambda: encode(token, given.wanted))
        return msgspec.structs.replace(given, encoded=encoded)

    async def _ask(self, order: Order) -> Outcome:
        """Give an order once per request, even if the transaction runs several times."""
        return await self._txn.once.wait(f"{order.kind} {order.verb}", lambda: self._port.ceremony(order))

    async def _generation(self, outcome: Outcome) -> Generation:
        seal = await root_key.seal_of(self._txn)
        wanted = RootTokenRequest()
        if outcome.state is not State.ABSENT:
            wanted = msgspec.json.decode(outcome.wanted, type=RootTokenRequest)
        return Generation(outcome=outcome, wanted=wanted, required=seal.threshold)


def new_otp(random: Random) -> str:
    """A one-time pad as long as a token."""
    return base62(random, TOKEN_LENGTH)


def wanted_of(otp: str, pgp_key: str, make: Callable[[], str]) -> tuple[RootTokenRequest, str]:
    """How a token is to be encrypted, and the one-time pad that was made because none was given.

    Raises: `InvalidRequest` for an unusable pad or key.
    """
    if otp and len(otp.encode()) != TOKEN_LENGTH:
        raise InvalidRequest("OTP string has incorrect length")
    if otp:
        return RootTokenRequest(otp=otp), ""
    if pgp_key:
        return RootTokenRequest(pgp_key=pgp_key, fingerprint=pgp.fingerprint(pgp_key)), ""
    generated = make()
    return RootTokenRequest(otp=generated), generated


def decode(encoded: str, otp: str) -> str:
    """Decrypt a token with its one-time pad.  Raises `InvalidRequest` if the two don't fit together."""
    if max(len(encoded), len(otp)) > _LONGEST:
        raise InvalidRequest(f"neither encoded_token nor otp may be longer than {_LONGEST} characters")
    wrong = next((at for at, character in enumerate(encoded) if character not in _BASE64), None)
    if wrong is None and len(encoded) % 4 == 1:
        wrong = len(encoded) - 1
    if wrong is not None:
        raise InvalidRequest(f"error decoding base64'd token: illegal base64 data at input byte {wrong}")
    scrambled, pad = base64.b64decode(encoded + "=" * (-len(encoded) % 4)), otp.encode()
    if len(scrambled) != len(pad):
        raise InvalidRequest(
            f"error xoring token: length of byte slices is not equivalent: {len(scrambled)} != {len(pad)}"
        )
    return _xor(scrambled, pad).decode("utf-8", "replace")


def encode(token: str, wanted: RootTokenRequest) -> str:
    """Encrypt a token as it is wanted."""
    if wanted.pgp_key:
        return pgp.encrypt(wanted.pgp_key, token)[0]
    return base64.b64encode(_xor(token.encode(), wanted.otp.encode())).decode().rstrip("=")


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right, strict=True))


def require_taken(
    outcome: Outcome, what: str = "root generation", nothing: str = "no root generation in progress"
) -> None:
    """Raise `InvalidRequest` for a share that was refused.

    Args:
        what: is being generated. nothing: the text where none is.
    """
    match outcome.refusal:
        case Refusal.STATE:
            raise InvalidRequest(nothing)
        case Refusal.NONCE:
            nonce = outcome.nonce
            raise InvalidRequest(f'incorrect nonce supplied; nonce for this {what} operation is "{nonce}"')
        case Refusal.DUPLICATE:
            raise InvalidRequest("given key has already been provided during this generation operation")
        case Refusal.NONE:
            return

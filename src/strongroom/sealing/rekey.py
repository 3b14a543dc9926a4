"""Rekeying: makes new key shares when enough holders of the present ones agree.

    begin → give … give → (verify … verify) → the new shares count

One node collects the shares in its memory.  The store doesn't change before the last share, and then changes in one
commit.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.record import Record
from strongroom.barrier.transaction import Transaction
from strongroom.crypto.aead import KEY_BYTES
from strongroom.crypto.mac import same
from strongroom.lib.errors import InvalidRequest, Tampered
from strongroom.lib.rand import Random
from strongroom.lib.secret import Secret
from strongroom.sealing import pgp, root_key, wrong_shares
from strongroom.sealing.ceremonies import REKEY, Order, Outcome, Refusal, State, Verb
from strongroom.sealing.hand_out import HandedOut, hand_out
from strongroom.sealing.port import SealPort
from strongroom.sealing.unseal import checked_share
from strongroom.sealing.words import Words
from strongroom.seals import shamir


class RekeyRequest(msgspec.Struct, frozen=True):
    """The parameters of the new shares."""

    shares: int
    threshold: int
    pgp_keys: tuple[str, ...] = ()
    backup: bool = False
    """Whether the store keeps the encrypted shares."""
    verify: bool = False
    """Whether the new shares must be verified before they take effect."""
    fingerprints: tuple[str, ...] = ()


class BackupRecord(Record, frozen=True, tag="rekey-backup"):
    """The new shares of the last rekeying with `backup`, each encrypted to a PGP key."""

    limit_bytes: ClassVar[int] = 1024 * 1024

    nonce: str
    keys: dict[str, list[str]]
    """In hexadecimal, by the fingerprint of the PGP key."""
    keys_base64: dict[str, list[str]]


class _Candidate(msgspec.Struct, frozen=True):
    replaces: bytes
    """The public key of the seal whose shares were given.  If another seal is in force now, the attempt is void."""
    seal: shamir.SealRecord


class Rekeying(msgspec.Struct, frozen=True):
    """The progress of the rekeying."""

    outcome: Outcome
    wanted: RekeyRequest | None
    """None if no rekeying is in progress."""
    required: int
    """The number of present shares needed."""
    made: HandedOut | None = None
    """The new shares, for the client that gave the last share."""
    verified: bool = False
    """Whether the new shares were verified, and took effect."""


class Rekey:
    """One request about a rekeying.

    Args:
        now: seconds since the epoch.
        words: the texts of refusals.
    """

    def __init__(self, txn: Transaction, port: SealPort, random: Random, now: float, words: Words) -> None:
        self._txn = txn
        self._port = port
        self._random = random
        self._now = now
        self._words = words

    async def progress(self) -> Rekeying:
        """The progress of the rekeying."""
        seal = await root_key.seal_of(self._txn)
        return _rekeying(await self._ask(Order(Verb.SHOW, REKEY)), seal)

    async def begin(self, wanted: RekeyRequest) -> Rekeying:
        """Begin collecting shares.  Raises `InvalidRequest` for invalid parameters, or if a rekeying is in progress."""
        seal = await root_key.seal_of(self._txn)
        _check(self._words, wanted)
        fingerprints = tuple(_fingerprint(self._words, key) for key in wanted.pgp_keys)
        content = msgspec.json.encode(msgspec.structs.replace(wanted, fingerprints=fingerprints))
        outcome = await self._ask(Order(Verb.BEGIN, REKEY, content=content))
        if outcome.refusal:
            raise InvalidRequest(self._words.under_way)
        return _rekeying(outcome, seal)

    async def cancel(self) -> None:
        """Cancel the rekeying, and drop the shares."""
        await self._ask(Order(Verb.CANCEL, REKEY))

    async def give(self, nonce: str, text: str) -> Rekeying:
        """Take one of the present shares.  The last one needed makes the new shares.

        Raises: `InvalidRequest` for an invalid share, for another attempt's nonce, or if the shares don't open the
        seal.  All must be given again then.
        """
        seal = await root_key.seal_of(self._txn)
        share = checked_share(seal, text, "rekey")
        order = Order(Verb.SHARE, REKEY, nonce=nonce, content=share, threshold=seal.threshold)
        outcome = await self._ask(order)
        _require_taken(outcome, self._words)
        if not outcome.complete:
            return _rekeying(outcome, seal)
        await root_key.require_quorum(self._txn, seal, outcome.complete, "rekey")
        return await self._make(seal, _rekeying(outcome, seal))

    async def _make(self, seal: shamir.SealRecord, rekeying: Rekeying) -> Rekeying:
        wanted, outcome = rekeying.wanted, rekeying.outcome
        if wanted is None:
            raise InvalidRequest(self._words.absent)
        new_key = self._txn.once("root key", lambda: Secret(self._random.bytes(KEY_BYTES)))
        record, shares = self._txn.once(
            "seal", lambda: shamir.create(new_key, wanted.shares, wanted.threshold, self._random)
        )
        made = self._txn.once("shares", lambda: hand_out(shares, wanted.pgp_keys))
        if wanted.verify:
            candidate = msgspec.json.encode(_Candidate(replaces=seal.public_key, seal=record))
            held = await self._ask(Order(Verb.HOLD, REKEY, nonce=outcome.nonce, content=candidate))
            _require_taken(held, self._words)
            outcome = held
        else:
            _require_taken(await self._ask(Order(Verb.FINISH, REKEY, nonce=outcome.nonce)), self._words)
            await root_key.replace(self._txn, self._random, self._now, new_key, record)
        if wanted.backup:
            self._txn.write(keys.REKEY_BACKUP, _backup(outcome.nonce, made))
        return Rekeying(outcome=outcome, wanted=wanted, required=seal.threshold, made=made)

    async def verify(self, nonce: str, text: str) -> Rekeying:
        """Take one of the new shares.  With the last one needed, they take effect and replace the old ones.

        Raises: `InvalidRequest` for an invalid share, for another attempt's nonce, or if they aren't the new shares.
        All must be given again then, with another nonce.
        """
        seal = await root_key.seal_of(self._txn)
        shown = await self._ask(Order(Verb.SHOW, REKEY))
        if shown.state is not State.VERIFYING:
            raise InvalidRequest(
                self._words.not_verifying if shown.state is State.COLLECTING else self._words.none_to_verify
            )
        candidate = msgspec.json.decode(shown.candidate, type=_Candidate)
        share = checked_share(candidate.seal, text, "rekey verification")
        order = Order(Verb.VERIFY, REKEY, nonce=nonce, content=share, threshold=candidate.seal.threshold)
        outcome = await self._ask(order)
        match outcome.refusal:
            case Refusal.NONCE:
                raise InvalidRequest(self._words.wrong_verification_nonce(outcome.verification_nonce))
            case Refusal.DUPLICATE:
                raise InvalidRequest("given key has already been provided during this verify operation")
            case Refusal.STATE:
                raise InvalidRequest(self._words.none_to_verify)
            case Refusal.NONE:
                pass
        if not outcome.complete:
            return _rekeying(outcome, seal)
        new_key = await self._opened(candidate, outcome.complete)
        _require_taken(await self._ask(Order(Verb.FINISH, REKEY, nonce=outcome.nonce)), self._words)
        if not same(candidate.replaces, seal.public_key):
            raise InvalidRequest("the key shares were changed meanwhile, so that those of this attempt never count")
        await root_key.replace(self._txn, self._random, self._now, new_key, candidate.seal)
        done = _rekeying(outcome, seal)
        return msgspec.structs.replace(done, verified=True)

    async def _opened(self, candidate: _Candidate, shares: tuple[bytes, ...]) -> Secret:
        try:
            return shamir.open_(candidate.seal, shares)
        except (Tampered, InvalidRequest) as error:
            wrong_shares.note("rekey verification", "together they do not open the new seal")
            await self._ask(Order(Verb.VERIFY_ANEW, REKEY))
            raise InvalidRequest(self._words.not_verified) from error

    async def verify_anew(self) -> Rekeying:
        """Drop the new shares that were given so far.  Raises `InvalidRequest` if there is no attempt."""
        seal = await root_key.seal_of(self._txn)
        outcome = await self._ask(Order(Verb.VERIFY_ANEW, REKEY))
        if outcome.refusal:
            raise InvalidRequest(self._words.not_configured)
        return _rekeying(outcome, seal)

    async def _ask(self, order: Order) -> Outcome:
        """Give an order once per request, even if the transaction runs several times."""
        return await self._txn.once.wait(f"{order.kind} {order.verb}", lambda: self._port.ceremony(order))


async def backup(txn: Transaction) -> BackupRecord:
    """The stored backup.  Raises `InvalidRequest` if there is none."""
    record = await txn.read(keys.REKEY_BACKUP, BackupRecord)
    if record is None:
        raise InvalidRequest("no backed-up keys found")
    return record


def forget_backup(txn: Transaction) -> None:
    """Delete the backup."""
    txn.delete(keys.REKEY_BACKUP)


def _rekeying(outcome: Outcome, seal: shamir.SealRecord) -> Rekeying:
    wanted = None
    if outcome.state is not State.ABSENT:
        wanted = msgspec.json.decode(outcome.wanted, type=RekeyRequest)
    return Rekeying(outcome=outcome, wanted=wanted, required=seal.threshold)


def _require_taken(outcome: Outcome, words: Words) -> None:
    match outcome.refusal:
        case Refusal.STATE if outcome.state is State.VERIFYING:
            raise InvalidRequest(words.finished(outcome.verification_nonce))
        case Refusal.STATE:
            raise InvalidRequest(words.absent)
        case Refusal.NONCE:
            raise InvalidRequest(words.wrong_nonce(outcome.nonce))
        case Refusal.DUPLICATE:
            raise InvalidRequest(words.duplicate)
        case Refusal.NONE:
            return


def _check(words: Words, wanted: RekeyRequest) -> None:
    if wanted.backup and not wanted.pgp_keys:
        raise InvalidRequest("cannot request a backup of the new keys without providing PGP keys for encryption")
    try:
        shamir.check_shape(wanted.shares, wanted.threshold)
    except InvalidRequest as error:
        raise InvalidRequest(words.unusable(error.text.removeprefix("invalid seal configuration: "))) from error
    if wanted.pgp_keys and len(wanted.pgp_keys) != wanted.shares:
        text = "count mismatch between number of provided PGP keys and number of shares"
        raise InvalidRequest(words.unusable(text))


def _fingerprint(words: Words, key: str) -> str:
    try:
        return pgp.fingerprint(key)
    except InvalidRequest as error:
        raise InvalidRequest(words.unusable(error.text)) from error


def _backup(nonce: str, made: HandedOut) -> BackupRecord:
    by_print: dict[str, list[str]] = {}
    by_print_base64: dict[str, list[str]] = {}
    for print_, text, text_base64 in zip(made.fingerprints, made.hexadecimal(), made.base64(), strict=True):
        by_print.setdefault(print_, []).append(text)
        by_print_base64.setdefault(print_, []).append(text_base64)
    return BackupRecord(nonce=nonce, keys=by_print, keys_base64=by_print_base64)

"""Attempts that several holders of key shares make together (p): new shares, a new root token.

    absent ──begin──▶ collecting ──share…──▶ (all shares handed out) ──finish──▶ absent
                          └───────────────── hold ──▶ verifying ──verify…──▶ (all handed out) ──finish──▶ absent

`cancel` leads to absent from everywhere.  What a state doesn't take is refused and changes nothing.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping

import msgspec

from strongroom.crypto.mac import same

REKEY = "rekey"
ROOT_TOKEN = "root-token"  # noqa: S105 - a kind of attempt


class State(enum.StrEnum):
    """What an attempt is waiting for."""

    ABSENT = "absent"
    COLLECTING = "collecting"
    VERIFYING = "verifying"


class Verb(enum.StrEnum):
    """What can be asked of an attempt."""

    SHOW = "show"
    BEGIN = "begin"
    CANCEL = "cancel"
    SHARE = "share"
    HOLD = "hold"
    VERIFY = "verify"
    VERIFY_ANEW = "verify-anew"
    FINISH = "finish"


class Refusal(enum.StrEnum):
    """Why nothing was done."""

    NONE = ""
    STATE = "state"
    NONCE = "nonce"
    DUPLICATE = "duplicate"


class Attempt(msgspec.Struct, frozen=True):
    """One attempt."""

    nonce: str
    wanted: bytes
    """What was asked for, in the form of whoever began it."""
    shares: tuple[bytes, ...] = ()
    candidate: bytes = b""
    """What the new shares must open; there once the old ones were enough."""
    verification_nonce: str = ""
    verified: tuple[bytes, ...] = ()

    def __repr__(self) -> str:
        return f"Attempt({self.nonce})"


class Order(msgspec.Struct, frozen=True):
    """One thing asked of the attempt of one kind."""

    verb: Verb
    kind: str
    nonce: str = ""
    content: bytes = b""
    """With `begin` what is wanted, with `hold` the candidate, with `share` and `verify` the share."""
    threshold: int = 0
    """How many shares are enough."""

    def __repr__(self) -> str:
        return f"Order({self.verb} {self.kind})"


class Outcome(msgspec.Struct, frozen=True):
    """What came of an order: the attempt as it is now, or why nothing was done."""

    state: State = State.ABSENT
    refusal: Refusal = Refusal.NONE
    nonce: str = ""
    wanted: bytes = b""
    progress: int = 0
    candidate: bytes = b""
    verification_nonce: str = ""
    verification_progress: int = 0
    complete: tuple[bytes, ...] = ()
    """For the one caller whose share was the last: all of them."""

    def __repr__(self) -> str:
        return f"Outcome({self.state} {self.nonce} {self.refusal})"


Step = tuple[Attempt | None, Refusal, tuple[bytes, ...]]


def apply(attempts: Mapping[str, Attempt], order: Order, fresh_nonce: str) -> tuple[dict[str, Attempt], Outcome]:
    """Carry out one order.

    Args:
        attempts: at most one of each kind.
        fresh_nonce: for what the order begins; never used before.

    Returns: the attempts from now on, and what to tell who asked.
    """
    present = attempts.get(order.kind)
    transition = _TRANSITIONS.get((state_of(present), order.verb), _refuse)
    attempt, refusal, complete = transition(present, order, fresh_nonce)
    others = {kind: other for kind, other in attempts.items() if kind != order.kind}
    now = others if attempt is None else others | {order.kind: attempt}
    return now, _outcome(attempt, refusal, complete)


def state_of(attempt: Attempt | None) -> State:
    """What the attempt is waiting for."""
    if attempt is None:
        return State.ABSENT
    return State.VERIFYING if attempt.candidate else State.COLLECTING


def _outcome(attempt: Attempt | None, refusal: Refusal, complete: tuple[bytes, ...]) -> Outcome:
    if attempt is None:
        return Outcome(refusal=refusal)
    return Outcome(
        state=state_of(attempt),
        refusal=refusal,
        nonce=attempt.nonce,
        wanted=attempt.wanted,
        progress=len(attempt.shares),
        candidate=attempt.candidate,
        verification_nonce=attempt.verification_nonce,
        verification_progress=len(attempt.verified),
        complete=complete,
    )


def _refuse(attempt: Attempt | None, order: Order, fresh_nonce: str) -> Step:
    return attempt, Refusal.STATE, ()


def _show(attempt: Attempt | None, order: Order, fresh_nonce: str) -> Step:
    return attempt, Refusal.NONE, ()


def _begin(attempt: Attempt | None, order: Order, fresh_nonce: str) -> Step:
    return Attempt(nonce=fresh_nonce, wanted=order.content), Refusal.NONE, ()


def _end(attempt: Attempt | None, order: Order, fresh_nonce: str) -> Step:
    return None, Refusal.NONE, ()


def _share(attempt: Attempt | None, order: Order, fresh_nonce: str) -> Step:
    attempt = _there(attempt)
    if order.nonce != attempt.nonce:
        return attempt, Refusal.NONCE, ()
    shares, complete = _added(attempt.shares, order)
    if shares is None:
        return attempt, Refusal.DUPLICATE, ()
    return msgspec.structs.replace(attempt, shares=shares), Refusal.NONE, complete


def _hold(attempt: Attempt | None, order: Order, fresh_nonce: str) -> Step:
    attempt = _there(attempt)
    if order.nonce != attempt.nonce:
        return attempt, Refusal.NONCE, ()
    held = msgspec.structs.replace(attempt, shares=(), candidate=order.content, verification_nonce=fresh_nonce)
    return held, Refusal.NONE, ()


def _verify(attempt: Attempt | None, order: Order, fresh_nonce: str) -> Step:
    attempt = _there(attempt)
    if order.nonce != attempt.verification_nonce:
        return attempt, Refusal.NONCE, ()
    shares, complete = _added(attempt.verified, order)
    if shares is None:
        return attempt, Refusal.DUPLICATE, ()
    return msgspec.structs.replace(attempt, verified=shares), Refusal.NONE, complete


def _verify_anew(attempt: Attempt | None, order: Order, fresh_nonce: str) -> Step:
    anew = msgspec.structs.replace(_there(attempt), verified=(), verification_nonce=fresh_nonce)
    return anew, Refusal.NONE, ()


def _finish(attempt: Attempt | None, order: Order, fresh_nonce: str) -> Step:
    attempt = _there(attempt)
    return (None, Refusal.NONE, ()) if order.nonce == attempt.nonce else (attempt, Refusal.NONCE, ())


def _there(attempt: Attempt | None) -> Attempt:
    if attempt is None:
        raise ValueError("there is no attempt")
    return attempt


def _added(shares: tuple[bytes, ...], order: Order) -> tuple[tuple[bytes, ...] | None, tuple[bytes, ...]]:
    """The collection with one more share, and all of them when they are enough, which empties it."""
    if any(same(known, order.content) for known in shares):
        return None, ()
    shares = (*shares, order.content)
    return ((), shares) if len(shares) >= order.threshold else (shares, ())


_TRANSITIONS: Mapping[tuple[State, Verb], Callable[[Attempt | None, Order, str], Step]] = {
    (State.ABSENT, Verb.SHOW): _show,
    (State.ABSENT, Verb.BEGIN): _begin,
    (State.ABSENT, Verb.CANCEL): _end,
    (State.COLLECTING, Verb.SHOW): _show,
    (State.COLLECTING, Verb.SHARE): _share,
    (State.COLLECTING, Verb.HOLD): _hold,
    (State.COLLECTING, Verb.VERIFY_ANEW): _show,
    (State.COLLECTING, Verb.FINISH): _finish,
    (State.COLLECTING, Verb.CANCEL): _end,
    (State.VERIFYING, Verb.SHOW): _show,
    (State.VERIFYING, Verb.VERIFY): _verify,
    (State.VERIFYING, Verb.VERIFY_ANEW): _verify_anew,
    (State.VERIFYING, Verb.FINISH): _finish,
    (State.VERIFYING, Verb.CANCEL): _end,
}

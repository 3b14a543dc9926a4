"""Attempts that several holders of key shares make together (pure): new shares, a new root token.

    absent ──begin──▶ collecting ──share…──▶ (all shares handed out) ──finish──▶ absent
                          └───────────────── hold ──▶ verifying ──verify…──▶ (all handed out) ──finish──▶ absent

`cancel` leads to absent from every state.  A verb that a state doesn't accept is refused and changes nothing.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping

import msgspec

from strongroom.crypto.mac import same

REKEY = "rekey"
RECOVERY_TOKEN = "recovery-token"  # noqa: S105 - a kind of attempt
ROOT_TOKEN = "root-token"  # noqa: S105 - a kind of attempt


class State(enum.StrEnum):
    """The state of an attempt: what it waits for."""

    ABSENT = "absent"
    COLLECTING = "collecting"
    VERIFYING = "verifying"


class Verb(enum.StrEnum):
    """The verbs of an order."""

    SHOW = "show"
    BEGIN = "begin"
    CANCEL = "cancel"
    SHARE = "share"
    HOLD = "hold"
    VERIFY = "verify"
    VERIFY_ANEW = "verify-anew"
    FINISH = "finish"


class Refusal(enum.StrEnum):
    """The reason of a refused order."""

    NONE = ""
    STATE = "state"
    NONCE = "nonce"
    DUPLICATE = "duplicate"


class Attempt(msgspec.Struct, frozen=True):
    """One attempt."""

    nonce: str
    wanted: bytes
    """What the attempt is to produce, in the form of the module that began it."""
    shares: tuple[bytes, ...] = ()
    candidate: bytes = b""
    """The secret that the new shares must open; set when enough old shares were given."""
    verification_nonce: str = ""
    verified: tuple[bytes, ...] = ()

    def __repr__(self) -> str:
        return f"Attempt({self.nonce})"


class Order(msgspec.Struct, frozen=True):
    """One order for the attempt of one kind."""

    verb: Verb
    kind: str
    nonce: str = ""
    content: bytes = b""
    """For `begin` what is wanted, for `hold` the candidate, for `share` and `verify` the share."""
    threshold: int = 0
    """The number of shares needed."""

    def __repr__(self) -> str:
        return f"Order({self.verb} {self.kind})"


class Outcome(msgspec.Struct, frozen=True):
    """The result of an order: the present attempt, or the reason of a refusal."""

    state: State = State.ABSENT
    refusal: Refusal = Refusal.NONE
    nonce: str = ""
    wanted: bytes = b""
    progress: int = 0
    candidate: bytes = b""
    verification_nonce: str = ""
    verification_progress: int = 0
    complete: tuple[bytes, ...] = ()
    """All shares, for the caller that gave the last one."""

    def __repr__(self) -> str:
        return f"Outcome({self.state} {self.nonce} {self.refusal})"


Step = tuple[Attempt | None, Refusal, tuple[bytes, ...]]


def apply(attempts: Mapping[str, Attempt], order: Order, fresh_nonce: str) -> tuple[dict[str, Attempt], Outcome]:
    """Carry out one order.

    Args:
        attempts: at most one of each kind.
        fresh_nonce: the nonce of an attempt that the order begins; never used before.

    Returns: the new attempts, and the outcome for the caller.
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
    """The collection with one more share.  If they are enough, an empty collection and all shares."""
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

"""Every order in every state: what is taken, and what is refused as out of turn."""

from __future__ import annotations

import itertools

import pytest

from strongroom.sealing.ceremonies import REKEY, Attempt, Order, Outcome, Refusal, State, Verb, apply

ATTEMPTS = {
    State.ABSENT: None,
    State.COLLECTING: Attempt(nonce="n", wanted=b"w", shares=(b"a",)),
    State.VERIFYING: Attempt(nonce="n", wanted=b"w", candidate=b"c", verification_nonce="n", verified=(b"a",)),
}
TAKEN = {
    State.ABSENT: {Verb.SHOW, Verb.BEGIN, Verb.CANCEL},
    State.COLLECTING: {Verb.SHOW, Verb.SHARE, Verb.HOLD, Verb.VERIFY_ANEW, Verb.FINISH, Verb.CANCEL},
    State.VERIFYING: {Verb.SHOW, Verb.VERIFY, Verb.VERIFY_ANEW, Verb.FINISH, Verb.CANCEL},
}
LEFT = {
    Verb.SHOW: None,
    Verb.BEGIN: State.COLLECTING,
    Verb.CANCEL: State.ABSENT,
    Verb.SHARE: State.COLLECTING,
    Verb.HOLD: State.VERIFYING,
    Verb.VERIFY: State.VERIFYING,
    Verb.VERIFY_ANEW: None,
    Verb.FINISH: State.ABSENT,
}
"""Which state a verb that is taken leads to; None: the one that it was."""


@pytest.mark.parametrize(("state", "verb"), list(itertools.product(State, Verb)))
def test_what_is_taken_in_which_state(state: State, verb: Verb) -> None:
    """The table as the API has it; what is out of turn changes nothing, of this attempt or another kind's."""
    attempt = ATTEMPTS[state]
    other = {"other": Attempt(nonce="o", wanted=b"o")}
    attempts = other if attempt is None else {**other, REKEY: attempt}
    order = Order(verb, REKEY, nonce="n", content=b"b", threshold=3)
    now, outcome = apply(attempts, order, "fresh")
    if verb in TAKEN[state]:
        assert outcome.refusal is Refusal.NONE
        assert outcome.state is (LEFT[verb] or state)
    else:
        assert outcome.refusal is Refusal.STATE
        assert now == attempts
    assert now["other"] == other["other"]
    assert (REKEY in now) == (outcome.state is not State.ABSENT)


def test_an_outcome_tells_of_the_attempt() -> None:
    """Its nonces, what was asked for, how many shares are there, what they have to open; of none, nothing."""
    held = Attempt(nonce="n", wanted=b"w", candidate=b"c", verification_nonce="v", verified=(b"a",))
    _, outcome = apply({REKEY: held}, Order(Verb.VERIFY, REKEY, nonce="v", content=b"b", threshold=3), "fresh")
    assert outcome == Outcome(
        state=State.VERIFYING,
        nonce="n",
        wanted=b"w",
        candidate=b"c",
        verification_nonce="v",
        verification_progress=2,
    )
    _, outcome = apply({}, Order(Verb.SHOW, REKEY), "fresh")
    assert outcome == Outcome()

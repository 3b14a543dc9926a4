"""The table of attempts by key shares: what each state takes, and that what it doesn't changes nothing."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strongroom.sealing.ceremonies import (
    REKEY,
    ROOT_TOKEN,
    Attempt,
    Order,
    Outcome,
    Refusal,
    State,
    Verb,
    apply,
    state_of,
)

BEGUN = Attempt(nonce="n", wanted=b"w")
HALF = Attempt(nonce="n", wanted=b"w", shares=(b"a",))
HELD = Attempt(nonce="n", wanted=b"w", candidate=b"c", verification_nonce="v")


def order(verb: Verb, nonce: str = "n", content: bytes = b"", threshold: int = 2) -> Order:
    """An order about new shares."""
    return Order(verb, REKEY, nonce=nonce, content=content, threshold=threshold)


def after(attempt: Attempt | None, asked: Order) -> tuple[Attempt | None, Outcome]:
    """The attempt after an order, and what came of it."""
    attempts, outcome = apply({} if attempt is None else {REKEY: attempt}, asked, "fresh")
    return attempts.get(REKEY), outcome


def test_shares_are_handed_out_once_and_forgotten() -> None:
    """The share that completes the threshold gives all of them to its giver; the attempt goes on without them."""
    attempt, _ = after(None, order(Verb.BEGIN, content=b"w"))
    assert attempt == Attempt(nonce="fresh", wanted=b"w")
    attempt, outcome = after(BEGUN, order(Verb.SHARE, content=b"a"))
    assert (outcome.progress, outcome.complete) == (1, ())
    attempt, outcome = after(attempt, order(Verb.SHARE, content=b"b"))
    assert outcome.complete == (b"a", b"b")
    assert attempt == BEGUN
    assert after(attempt, order(Verb.SHOW))[1].complete == ()


def test_new_shares_are_verified_under_a_nonce_of_their_own() -> None:
    """Holding a candidate forgets the old shares; beginning the verification anew gives another nonce."""
    attempt, outcome = after(HALF, order(Verb.HOLD, content=b"c"))
    assert attempt == Attempt(nonce="n", wanted=b"w", candidate=b"c", verification_nonce="fresh")
    assert outcome.state is State.VERIFYING
    attempt, outcome = after(HELD, order(Verb.VERIFY, "v", b"x"))
    assert outcome.verification_progress == 1
    assert after(attempt, order(Verb.VERIFY, "v", b"y"))[1].complete == (b"x", b"y")
    anew, outcome = after(attempt, order(Verb.VERIFY_ANEW))
    assert (outcome.verification_nonce, outcome.verification_progress) == ("fresh", 0)
    assert anew is not None
    assert anew.candidate == b"c"


@pytest.mark.parametrize(
    ("attempt", "asked", "refusal"),
    [
        (BEGUN, order(Verb.SHARE, "other", b"a"), Refusal.NONCE),
        (BEGUN, order(Verb.SHARE, "", b"a"), Refusal.NONCE),
        (HALF, order(Verb.SHARE, content=b"a"), Refusal.DUPLICATE),
        (BEGUN, order(Verb.HOLD, "other"), Refusal.NONCE),
        (BEGUN, order(Verb.FINISH, "other"), Refusal.NONCE),
        (HELD, order(Verb.VERIFY, "n", b"a"), Refusal.NONCE),
        (HELD, order(Verb.SHARE, content=b"a"), Refusal.STATE),
        (BEGUN, order(Verb.VERIFY, "n", b"a"), Refusal.STATE),
        (BEGUN, order(Verb.BEGIN), Refusal.STATE),
        (None, order(Verb.SHARE), Refusal.STATE),
        (None, order(Verb.FINISH), Refusal.STATE),
        (None, order(Verb.VERIFY_ANEW), Refusal.STATE),
    ],
)
def test_what_is_refused_changes_nothing(attempt: Attempt | None, asked: Order, refusal: Refusal) -> None:
    """Another nonce, a share twice, an order that the state doesn't take."""
    unchanged, outcome = after(attempt, asked)
    assert outcome.refusal is refusal
    assert unchanged == attempt


def test_an_end_is_believed_once() -> None:
    """Of two who think they were the last, the second finds no attempt."""
    attempt, first = after(BEGUN, order(Verb.FINISH))
    assert (attempt, first.refusal) == (None, Refusal.NONE)
    assert after(attempt, order(Verb.FINISH))[1].refusal is Refusal.STATE


def test_kinds_are_apart() -> None:
    """An order about a root token doesn't touch the attempt at new shares."""
    attempts, _ = apply({REKEY: HALF}, Order(Verb.BEGIN, ROOT_TOKEN, content=b"t"), "fresh")
    assert attempts == {REKEY: HALF, ROOT_TOKEN: Attempt(nonce="fresh", wanted=b"t")}
    attempts, _ = apply(attempts, Order(Verb.CANCEL, ROOT_TOKEN), "fresh")
    assert attempts == {REKEY: HALF}


def test_reprs_show_no_share() -> None:
    """Neither an attempt nor an order nor an outcome shows what was handed in."""
    secret = Attempt(nonce="n", wanted=b"canary", shares=(b"canary",), candidate=b"canary", verified=(b"canary",))
    shown = [secret, order(Verb.SHARE, content=b"canary"), Outcome(wanted=b"canary", complete=(b"canary",))]
    assert "canary" not in "".join(map(repr, shown))


@given(st.lists(st.tuples(st.sampled_from(Verb), st.sampled_from(["n1", "n2", "n3"]), st.binary(max_size=1))))
def test_every_way_through_the_table(steps: list[tuple[Verb, str, bytes]]) -> None:
    """Whatever comes in whatever order: no collection stays at its threshold, and a refusal changes nothing."""
    attempts: dict[str, Attempt] = {}
    nonces = (f"n{number}" for number in itertools.count(1))
    for verb, nonce, content in steps:
        before = attempts.get(REKEY)
        attempts, outcome = apply(attempts, order(verb, nonce, content), next(nonces))
        now = attempts.get(REKEY)
        assert outcome.state is state_of(now)
        assert now is None or (len(now.shares) < 2 and len(now.verified) < 2)
        assert len(outcome.complete) in {0, 2}
        if outcome.refusal:
            assert now == before
            assert outcome.complete == ()

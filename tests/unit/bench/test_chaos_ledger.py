"""What the ledger of a cluster whose nodes die takes for wrong."""

from __future__ import annotations

from bench.chaos.ledger import Ledger, Register


def ledger_of(acknowledged: int, attempted: int, *unanswered: int) -> tuple[Ledger, Register]:
    """With one register."""
    register = Register("kv/a", acknowledged, attempted, set(unanswered))
    return Ledger([register]), register


def test_what_was_acknowledged_or_sent_since_is_right() -> None:
    """A read may meet any write that was under way."""
    ledger, register = ledger_of(5, 7, 6, 7)
    for number in (5, 6, 7):
        ledger.seen("one", register, 5, number)
    assert not ledger.wrong


def test_an_acknowledged_write_that_is_gone_is_wrong() -> None:
    """An older one is there that was acknowledged too, or one that nobody sent."""
    ledger, register = ledger_of(5, 6, 3, 6)
    for number in (4, 0, 7):
        ledger.seen("one", register, 5, number)
    assert ledger.wrong == [f"one: kv/a is {number}, not from 5 to 6" for number in (4, 0, 7)]


def test_a_write_without_an_answer_may_take_place_later_and_once() -> None:
    """A node that stood still carries out what it was sent before; what was written after that stays."""
    ledger, register = ledger_of(5, 6, 3, 6)
    ledger.seen("one", register, 5, 3)
    ledger.seen("two", register, 5, 3)
    assert not ledger.wrong
    register.acknowledged, register.attempted = 8, 9
    ledger.seen("one", register, 8, 3)
    assert ledger.wrong == ["one: kv/a is 3, not from 8 to 9"]

"""Who gets a turn: never too many, who has waited longest first, and nobody waits for the dead."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from strongroom.barrier.record import encode
from strongroom.engines.turns import logic
from strongroom.engines.turns.logic import PATIENCE_S, Asker
from strongroom.engines.turns.records import HOLDER_CHARACTERS, MOST_HELD, MOST_WAITING, HeldTurn, TurnLine, Waiter

NAMES = "abcde"
T = 1_700_000_000.0
EMPTY = TurnLine()


def asker(name: str) -> Asker:
    """A client of its own token."""
    return Asker(f"token {name}", name)


def asked(line: TurnLine, name: str, now: float = T, size: int = 1) -> logic.Outcome:
    """What comes of it when somebody asks."""
    return logic.ask(line, size, asker(name), f"turn of {name}", now)


def after(*names: str, line: TurnLine = EMPTY, now: float = T, size: int = 1) -> TurnLine:
    """The line when these have asked, one after the other."""
    for name in names:
        line = asked(line, name, now, size).line
    return line


def holders(line: TurnLine) -> list[str]:
    """Who has a turn."""
    return [turn.holder for turn in line.held]


def test_a_place_is_given_once() -> None:
    """The first who asks gets it, and the others are told how many are before them."""
    first = asked(EMPTY, "a")
    assert first.turn is not None
    assert (first.turn, first.ahead) == (
        HeldTurn(id="turn of a", owner="token a", holder="a", number=1, since=T),
        0,
    )
    second = asked(first.line, "b")
    assert (second.turn, second.ahead) == (None, 0)
    third = asked(second.line, "c")
    assert (third.turn, third.ahead) == (None, 1)
    assert holders(third.line) == ["a"]


def test_who_has_asked_first_gets_the_next_place() -> None:
    """Also if another one asks at the better moment."""
    line = logic.without(after("a", "b", "c"), "turn of a")
    assert asked(line, "c").turn is None
    assert asked(line, "d").turn is None
    taken = asked(line, "b")
    assert taken.turn is not None
    assert (taken.turn.number, [each.holder for each in taken.line.waiting]) == (2, ["c"])


def test_as_many_places_as_have_waited_longest() -> None:
    """With two free places, the second in line needn't wait for the first."""
    line = logic.without(after("a", "b", "c", "d", "e", size=2), "turn of a", "turn of b")
    assert asked(line, "e", size=2).turn is None
    assert asked(line, "d", size=2).turn is not None


def test_nobody_waits_for_the_dead() -> None:
    """Who hasn't asked for so long loses his place in the line."""
    line = logic.without(after("a", "b"), "turn of a")
    line = after("c", line=line, now=T + PATIENCE_S)
    assert holders(line) == []
    assert asked(line, "c", T + PATIENCE_S + 0.1).turn is not None


def test_who_goes_on_asking_keeps_his_place() -> None:
    """However long it takes; and what he asks too soon isn't written down."""
    line = after("a", "b", "c")
    for at in range(1, 100):
        line = after("c", "b", line=line, now=T + at)
    assert [(each.holder, each.since, each.asked_at) for each in line.waiting] == [("b", T, T + 99), ("c", T, T + 99)]
    assert asked(line, "b", T + 99.9).line == line


def test_a_clock_that_was_set_back_is_written_down() -> None:
    """So that who asks again is alive by the new time."""
    line = after("b", line=after("a", "b"), now=T - 5000)
    assert [each.asked_at for each in line.waiting] == [T - 5000]
    assert [each.holder for each in logic.alive(line, T - 5000)] == ["b"]


def test_the_page_says_how_long_is_waited() -> None:
    """For somebody who doesn't ask, and how many are remembered."""
    page = (Path(__file__).parents[4] / "docs" / "engines" / "turns.md").read_text()
    assert f"**{PATIENCE_S:.0f} seconds**" in page
    assert f"At most {MOST_WAITING} are remembered" in page
    assert f"at most {MOST_HELD}" in page


def test_who_comes_back_before_anybody_asked_keeps_his_place() -> None:
    """He was silent for too long, and nobody was given preference meanwhile."""
    line = after("c", line=after("a", "b"), now=T + PATIENCE_S - 1)
    back = asked(line, "b", T + PATIENCE_S + 1)
    assert (back.ahead, [each.holder for each in back.line.waiting]) == (0, ["b", "c"])


def test_another_token_is_another_client() -> None:
    """The same holder by another token, and another holder by the same token."""
    line = after("a")
    for other in (Asker("token b", "a"), Asker("token a", "b")):
        assert logic.turn_of(line, other) is None
    assert logic.turn_of(line, asker("a")) == line.held[0]


def test_a_group_that_shrinks_takes_nobodys_turn() -> None:
    """And gives none until enough were given back."""
    line = after("a", "b", "c", size=3)
    for ended in ("turn of a", "turn of b"):
        assert asked(line, "d", size=1).turn is None
        line = logic.without(line, ended)
    assert asked(line, "d", size=1).turn is None
    assert asked(logic.without(line, "turn of c"), "d", size=1).turn is not None
    assert asked(EMPTY, "d", size=0).turn is None


def test_as_many_are_remembered_as_may_be() -> None:
    """Who comes later isn't, and waits for those who are."""
    line = after("a", *(f"w{at}" for at in range(MOST_WAITING + 5)))
    assert len(line.waiting) == MOST_WAITING
    late = asked(logic.without(line, "turn of a"), "late")
    assert (late.turn, late.ahead, len(late.line.waiting)) == (None, MOST_WAITING, MOST_WAITING)


def test_the_longest_line_can_be_stored() -> None:
    """With as many holders and waiters as there may be, of the longest texts."""
    owner, holder, id_ = "token " + "f" * 64, "\U0001f512" * HOLDER_CHARACTERS, "x" * 20
    turn = HeldTurn(id=id_, owner=owner, holder=holder, number=2**40, since=T)
    waiter = Waiter(owner=owner, holder=holder, since=T, asked_at=T)
    encode(TurnLine(number=2**40, held=(turn,) * MOST_HELD, waiting=(waiter,) * MOST_WAITING))


def test_who_is_next_asks_sooner() -> None:
    """And nobody later than five seconds, which is well within the time that the dead are waited for."""
    assert [logic.retry_after_s(ahead, 2) for ahead in range(12)] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 5, 5]
    assert [logic.retry_after_s(ahead, 0) for ahead in (0, 1, 99)] == [1, 2, 5]
    assert 3 * logic.LATEST_S < PATIENCE_S


@dataclass
class Model:
    """The same in plain words: everybody's last question, and a list in the order of first questions."""

    size: int
    held: list[str] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    asked_at: dict[str, float] = field(default_factory=dict)
    number: int = 0

    def ask(self, name: str, now: float) -> bool:
        """Whether he gets a turn."""
        for other in list(self.line):
            if other != name and not now - PATIENCE_S <= self.asked_at[other] <= now + PATIENCE_S:
                self.line.remove(other)
        if name not in self.line:
            self.line.append(name)
            self.asked_at[name] = now
        free = self.size - len(self.held)
        if self.line.index(name) < free:
            self.line.remove(name)
            self.held.append(name)
            self.number += 1
            return True
        if not now - 1 < self.asked_at[name] < now + 1:
            self.asked_at[name] = now
        return False


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.sampled_from(NAMES)),
        st.tuples(st.just("end"), st.sampled_from(NAMES)),
        st.tuples(st.just("clock"), st.sampled_from([0.4, 1.0, 5.0, 19.0, 21.0, -3.0, -30.0, 100_000.0, -100_000.0])),
        st.tuples(st.just("size"), st.integers(0, 3)),
    ),
    max_size=60,
)


@given(STEPS)
@settings(max_examples=400, deadline=None)
def test_it_is_as_the_plain_words_say(steps: list[tuple[str, str | float]]) -> None:
    """Whoever asks and ends whenever, with whatever clock: the same ones get a turn, and numbers only grow."""
    line, model, now = EMPTY, Model(1), T
    for what, value in steps:
        if what == "clock":
            now += float(value)
        elif what == "size":
            model.size = int(value)
        elif what == "end":
            line = logic.without(line, f"turn of {value}")
            model.held = [name for name in model.held if name != value]
        elif value not in model.held:
            outcome = logic.ask(line, model.size, asker(str(value)), f"turn of {value}", now)
            assert (outcome.turn is not None) == model.ask(str(value), now)
            assert outcome.turn is None or (outcome.turn.number == model.number == line.number + 1)
            assert outcome.turn is None or len(outcome.line.held) <= model.size
            line = outcome.line
        assert holders(line) == model.held
        assert [each.holder for each in line.waiting] == model.line


@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=30), st.sampled_from([0.0, -50_000.0, 50_000.0]))
@settings(max_examples=100, deadline=None)
def test_a_free_place_never_stays_free(names: list[str], step: float) -> None:
    """Whatever happened before, also to the clock: somebody who goes on asking alone gets it within the patience."""
    line = logic.without(after(*names), *(f"turn of {name}" for name in NAMES))
    now = T + step
    for _ in range(int(PATIENCE_S) + 2):
        outcome = asked(line, "z", now)
        if outcome.turn is not None:
            return
        line, now = outcome.line, now + 1
    raise AssertionError("the dead are waited for")

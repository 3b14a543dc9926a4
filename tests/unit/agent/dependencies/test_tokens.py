"""What has become of the token that took a lease."""

from __future__ import annotations

import math

from strongroom.agent.dependencies.refreshing import Owner, Token
from strongroom.agent.dependencies.tokens import Tokens
from strongroom.agent.session.login import Login


class Sessions:
    """Has the login that a test says."""

    def __init__(self) -> None:
        self.current: Login | None = None
        self.told: list[int] = []

    async def after(self, number: int) -> Login:
        """Nobody waits here."""
        raise AssertionError(number)

    def refused(self, login: Login) -> None:
        """Note it."""
        self.told.append(login.number)

    async def holds(self, login: Login) -> bool:
        """Nobody asks here."""
        raise AssertionError(login)

    async def lasting(self, seconds: float) -> Login:
        """Nobody asks here."""
        raise AssertionError(seconds)


def _login(number: int, ends_at: float = 100, last_end_at: float = 1000) -> Login:
    return Login(number, f"t{number}", f"a{number}", True, ends_at, last_end_at)


def test_the_current_one_lasts_until_its_last_end() -> None:
    """The session renews it."""
    session = Sessions()
    session.current = _login(1)
    assert Tokens(session).of(1) == Token(Owner.CURRENT, 1000)


def test_one_that_was_replaced_ends_by_itself() -> None:
    """With the end that was seen last."""
    session = Sessions()
    tokens = Tokens(session)
    tokens.saw(_login(1, ends_at=50))
    tokens.saw(_login(1, ends_at=100))
    session.current = _login(2)
    assert tokens.of(1) == Token(Owner.REPLACED, 100)


def test_one_of_an_earlier_process_was_replaced() -> None:
    """Each has a number of its own, before those of all logins, and is doubted at the next login."""
    session = Sessions()
    tokens = Tokens(session)
    session.current = _login(1)
    numbers = [tokens.inherit(f"old{number}", 50.0 + number) for number in range(2)]
    assert [tokens.of(number) for number in numbers] == [Token(Owner.REPLACED, 50.0), Token(Owner.REPLACED, 51.0)]
    assert [tokens.token(number) for number in (*numbers, 5)] == ["old0", "old1", ""]
    assert {each.token for each in tokens.before(1, now=50.5)} == {"old1"}


def test_a_refused_one_has_ended() -> None:
    """The session is told once."""
    session = Sessions()
    tokens = Tokens(session)
    tokens.saw(_login(1))
    tokens.refuse(_login(1))
    tokens.refuse(_login(1))
    assert tokens.of(1) == Token(Owner.REFUSED, -math.inf)
    assert session.told == [1]


def test_only_tokens_that_may_be_good_are_asked_about() -> None:
    """Of all earlier logins, those that have ended or were refused are forgotten, and count as ended."""
    session = Sessions()
    tokens = Tokens(session)
    for number, ends_at in ((1, 40.0), (2, 100.0), (3, 100.0), (4, 100.0)):
        tokens.saw(_login(number, ends_at))
    tokens.refuse(_login(2))
    session.current = _login(4)
    assert [each.number for each in tokens.before(4, now=50)] == [3]
    assert tokens.of(1).owner is tokens.of(2).owner is Owner.REFUSED
    assert tokens.of(3).owner is Owner.REPLACED


def test_not_every_login_is_remembered() -> None:
    """A process that logs in for years keeps some tokens."""
    tokens = Tokens(Sessions())
    for number in range(1000):
        tokens.saw(_login(number))
    assert len(tokens.before(1000, now=0)) == 64

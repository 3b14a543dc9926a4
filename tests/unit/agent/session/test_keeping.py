"""The session as everybody else sees it, over a server that follows a script."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import structlog

from strongroom.agent.methods.method import GONE, LoginMethod, LoginRequest
from strongroom.agent.session.grants import Grant
from strongroom.agent.session.keeping import KeptSession, LoginFailed
from strongroom.agent.session.kept import KeptToken
from strongroom.agent.session.requests import Requests, is_final
from strongroom.agent.session.state import Terms
from strongroom.agent.upstream import about
from strongroom.client.errors import BadAnswer, Unreachable, by_status
from strongroom.client.login.error import LoginError
from tests.sim.virtual_time import START, LoopClock, run

AWAY = Unreachable("PUT", "http://vault", "connection refused")


def status(number: int, text: str = "no") -> Exception:
    """An answer of the server that is an error."""
    return by_status(number)("PUT", "http://vault/v1/x", number, errors=(text,), body="")


def token(name: str, ttl_s: float = 3600, **more: Any) -> Grant:
    """A login's token."""
    return Grant(name, f"acc-{name}", ttl_s, ttl_s, **{"renewable": True, **more})


@dataclass
class Script(Requests):
    """What the server says, in order; the last of each kind is said for ever."""

    logins: list[Grant | Exception] = field(default_factory=list)
    renewals: list[tuple[float, bool] | Exception] = field(default_factory=list)
    lookups: list[Grant | Exception] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    session: KeptSession | None = None
    held: list[bool] = field(default_factory=list)
    """Whether there was a token at each question."""

    def _next(self, kind: str, said: list[Any]) -> Any:
        self.asked.append(kind)
        self.held.append(self.session is not None and self.session.current is not None)
        answer = said.pop(0) if len(said) > 1 else said[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def log_in(self) -> Grant:
        """Log in."""
        found: Grant = self._next("login", self.logins)
        return found

    async def look_up(self, token: str) -> Grant:
        """Look a token up."""
        await asyncio.sleep(0.01)
        found: Grant = self._next(f"lookup {token}", self.lookups)
        return found

    async def renew(self, token: str) -> tuple[float, bool]:
        """Renew a token."""
        found: tuple[float, bool] = self._next(f"renew {token}", self.renewals)
        return found


@dataclass
class Files:
    """A method whose credentials the test changes."""

    given_at: float | None = None
    poll_s: float | None = None
    news: list[bool] = field(default_factory=list)
    notices: tuple[()] = ()

    async def login(self) -> LoginRequest:
        """Not asked for: the script logs in."""
        raise AssertionError

    async def used(self) -> None:
        """Nothing lies around."""

    async def renewed(self) -> bool:
        """Whether the test has given something new."""
        return self.news.pop(0) if self.news else False


TERMS = Terms(1, 300)


def play(
    script: Script,
    story: Callable[[KeptSession], Awaitable[None]],
    *,
    terms: Terms = TERMS,
    method: LoginMethod | None = None,
    kept: KeptToken | None = None,
    clock: LoopClock | None = None,
) -> None:
    """Run a session for as long as its story lasts; an end of the session is the story's end, too."""

    async def both() -> None:
        session = KeptSession(method or Files(), script, terms, clock or LoopClock(), kept=kept, chance=lambda: 0.5)
        script.session = session
        tasks = [asyncio.ensure_future(session.run()), asyncio.ensure_future(story(session))]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    run(both)


async def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    while not holds():
        await asyncio.sleep(1)


def test_a_login_is_there_for_everybody() -> None:
    """Whoever waits gets the login; its token isn't in its text."""
    script = Script(logins=[token("one")])

    async def story(session: KeptSession) -> None:
        first, second = await asyncio.gather(session.after(0), session.after(0))
        assert first is second is session.current
        assert (first.number, first.token, first.accessor) == (1, "one", "acc-one")
        assert "'one'" not in repr(first)

    play(script, story)


def test_failures_are_waited_out() -> None:
    """A login is tried again until it works, and meanwhile since when it fails is told."""
    script = Script(logins=[AWAY, status(400), LoginError("there is no file"), token("one")])

    async def story(session: KeptSession) -> None:
        await until(lambda: session.status().failing is not None)
        failing = session.status().failing
        assert failing is not None
        assert (failing.since, failing.reason) == (START, "connection refused")
        assert (await session.after(0)).token == "one"
        assert session.status().failing is None

    play(script, story)
    assert script.asked == ["login"] * 4


def test_an_end_for_an_error() -> None:
    """With exit_on_err the first failure ends the session, and says why without the address."""
    with pytest.raises(LoginFailed, match=r"^the login failed: status 400: invalid secret id$"):
        play(Script(logins=[status(400, "invalid secret id")]), _forever, terms=Terms(1, 300, exits=True))


def test_a_failed_login_tells_its_path_and_what_to_do() -> None:
    """A mount that isn't there is denied, as the server tells nobody what there is: the path is what helps."""
    denied = by_status(403)("PUT", "http://a/v1/auth/nope/login", 403, errors=(), body="", path="auth/nope/login")
    plain = Unreachable("PUT", "https://a", "it speaks HTTP", hint="Try http://a")
    for error, told in ((denied, {"path": "auth/nope/login"}), (plain, {"hint": "Try http://a"})):
        assert about(error) == told
        with pytest.raises(LoginFailed, match=re.escape("".join(f"({name}: {text})" for name, text in told.items()))):
            play(Script(logins=[error]), _forever, terms=Terms(1, 300, exits=True))


def test_no_end_while_there_is_a_token() -> None:
    """With exit_on_err a failed login ends nothing as long as the token is good, and everything afterwards."""
    script = Script(logins=[token("one", renewable=False), AWAY])
    with pytest.raises(LoginFailed, match="connection refused"):
        play(script, _forever, terms=Terms(1, 300, exits=True))
    assert script.held[0] is script.held[-1] is False
    assert set(script.held[1:-1]) == {True}


async def _forever(_: KeptSession) -> None:
    await asyncio.Event().wait()


def test_renewals_keep_the_login() -> None:
    """A renewed token is the same login with another end."""
    script = Script(logins=[token("one")], renewals=[(3600, True)])

    async def story(session: KeptSession) -> None:
        first = await session.after(0)
        await until(lambda: script.asked.count("renew one") > 3)
        assert session.current is not None
        assert session.current.number == first.number
        assert session.current.ends_at > first.ends_at

    play(script, story)
    assert script.asked.count("login") == 1


def test_the_next_login_comes_before_the_end() -> None:
    """A token whose last renewal was limited is followed by another while it is still good."""
    script = Script(logins=[token("one"), token("two")], renewals=[(3600, True), (1200, True)])

    async def story(session: KeptSession) -> None:
        assert (await session.after(1)).token == "two"

    play(script, story)
    assert script.asked == ["login", "renew one", "renew one", "login"]
    assert script.held == [False, True, True, True]


def test_a_server_that_is_away_takes_no_token_away() -> None:
    """While renewals fail for want of a server, the token stays; then it is renewed, and nobody has logged in."""
    script = Script(logins=[token("one")], renewals=[AWAY, status(503), status(500), status(429), (3600, True)])

    async def story(session: KeptSession) -> None:
        await session.after(0)
        await until(lambda: session.status().failing is not None)
        assert session.current is not None
        await until(lambda: session.status().failing is None)

    play(script, story)
    assert script.asked == ["login", *["renew one"] * 5]


def test_a_machine_that_was_suspended() -> None:
    """Timers stood still meanwhile: it is noticed within a minute that the token has ended, and there is another."""

    class Clock(LoopClock):
        asleep_s = 0.0

        def monotonic(self) -> float:
            return super().monotonic() + self.asleep_s

    gone, clock = status(403), Clock()
    script = Script(logins=[token("one"), token("two")], renewals=[gone], lookups=[gone])

    async def story(session: KeptSession) -> None:
        await session.after(0)
        woken_at, clock.asleep_s = asyncio.get_running_loop().time(), 8 * 3600.0
        assert (await session.after(1)).token == "two"
        assert asyncio.get_running_loop().time() - woken_at <= 61

    play(script, story, clock=clock)


def test_a_token_that_ends_while_the_server_is_away() -> None:
    """When the token has really ended there is none, until a login works again."""
    script = Script(logins=[token("one"), AWAY, AWAY, token("two")], renewals=[AWAY])

    async def story(session: KeptSession) -> None:
        await session.after(0)
        await until(lambda: session.current is None)
        assert (await session.after(1)).token == "two"

    play(script, story)


def test_a_refused_token_is_replaced_at_once() -> None:
    """Whoever sees a token refused says so, and gets another; who says it of an old one changes nothing."""
    script = Script(logins=[token("one"), token("two")])

    async def story(session: KeptSession) -> None:
        first = await session.after(0)
        session.refused(first)
        assert session.current is None
        second = await session.after(first.number)
        session.refused(first)
        assert session.current is second

    play(script, story)


def test_a_renewal_that_is_denied() -> None:
    """A denied renewal is asked about: an unknown token is replaced, another one lasts for the time it has."""
    script = Script(logins=[token("one"), token("two")], renewals=[status(403)], lookups=[status(403)])

    async def story(session: KeptSession) -> None:
        assert (await session.after(1)).token == "two"

    play(script, story)
    assert script.asked == ["login", "renew one", "lookup one", "login"]
    script = Script(logins=[token("one"), token("two")], renewals=[status(403)], lookups=[token("one")])

    async def kept(session: KeptSession) -> None:
        first = await session.after(0)
        await until(lambda: "lookup one" in script.asked)
        await until(lambda: session.current is not None and not session.current.renewable)
        assert session.current is not None
        assert session.current.number == first.number
        assert (await session.after(1)).token == "two"

    play(script, kept)
    assert script.asked == ["login", "renew one", "lookup one", "login"]


@pytest.mark.parametrize(
    ("lookup", "holds"), [(token("one"), True), (AWAY, True), (status(503), True), (status(403), False)]
)
def test_doubts(lookup: Grant | Exception, holds: bool) -> None:
    """Those who were denied something ask one question together; only a server that answers says no."""
    script = Script(logins=[token("one")], lookups=[lookup])

    async def story(session: KeptSession) -> None:
        login = await session.after(0)
        assert set(await asyncio.gather(*(session.holds(login) for _ in range(5)))) == {holds}
        assert (session.current is login) is holds

    play(script, story)
    if not isinstance(lookup, Exception) or not holds:
        assert script.asked.count("lookup one") <= 2


@pytest.mark.parametrize(
    ("said", "holds"), [("permission denied", False), ("1 error occurred:\n\t* permission denied\n\n", True)]
)
def test_doubts_of_a_token_that_may_not_be_looked_up(said: str, holds: bool) -> None:
    """A policy denies the look-up in its own words; it is the server that knows nothing of a token in these.

    It was revoked, or was good for a few requests only: without another login nothing would be answered until its end.
    """
    script = Script(logins=[token("one", can_look_up=False), token("two")], lookups=[status(403, said)])

    async def story(session: KeptSession) -> None:
        login = await session.after(0)
        assert await session.holds(login) is holds
        if not holds:
            assert (await session.after(login.number)).token == "two"

    play(script, story)


def test_a_lease_that_would_outlive_its_token() -> None:
    """A login that doesn't last long enough is replaced first; one that does, or a wish beyond any login, isn't."""
    script = Script(logins=[token("one", 600, left_s=600, age_s=3000), token("two", left_s=3600)])

    async def story(session: KeptSession) -> None:
        first = await session.after(0)
        assert await session.lasting(60) is first
        await asyncio.sleep(2)  # no login so soon after another
        second = await session.lasting(1800)
        assert second.token == "two"
        assert await session.lasting(10 * 3600) is second

    play(script, story)


def test_a_wish_for_a_longer_login_that_fails() -> None:
    """Who wants a login that lasts gets what there is if there is no other."""
    script = Script(logins=[token("one", 600, left_s=600, age_s=3000), AWAY])

    async def story(session: KeptSession) -> None:
        first = await session.after(0)
        await asyncio.sleep(2)  # no login so soon after another
        assert (await session.lasting(1800)).number == first.number

    play(script, story)


@pytest.mark.parametrize(("on_news", "logins"), [(True, 2), (False, 1)])
def test_new_credentials(on_news: bool, logins: int) -> None:
    """New credentials make a new login if that was asked for."""
    script = Script(logins=[token("one"), token("two")])
    method = Files(poll_s=0.5, news=[False, False, True])

    async def story(session: KeptSession) -> None:
        await session.after(0)
        if on_news:
            assert (await session.after(1)).token == "two"
        await asyncio.sleep(60)

    play(script, story, terms=Terms(1, 300, on_news=on_news), method=method)
    assert script.asked == ["login"] * logins


@pytest.mark.parametrize(
    ("lookups", "asked"),
    [
        ([token("kept", age_s=60)], ["lookup kept"]),
        ([AWAY, status(503), token("kept")], ["lookup kept"] * 3),
        ([status(403)], ["lookup kept", "login"]),
        ([status(404)], ["lookup kept", "login"]),
    ],
)
def test_a_token_from_before(lookups: list[Grant | Exception], asked: list[str]) -> None:
    """A token from before is asked about for as long as the server is away; a login comes if it isn't good."""
    script = Script(logins=[token("new")], lookups=lookups)

    async def story(session: KeptSession) -> None:
        login = await session.after(0)
        assert login.token == ("new" if "login" in asked else "kept")

    play(script, story, method=Files(given_at=GONE), kept=KeptToken("kept", 100))
    assert script.asked == asked


def test_a_wrapped_login_isnt_renewed() -> None:
    """What stands for a token is handed on and left alone."""
    wrapping = {"token": "wrapping"}
    script = Script(logins=[Grant("", "acc", float("inf"), float("inf"), renewable=False, wrapping=wrapping)])

    async def story(session: KeptSession) -> None:
        login = await session.after(0)
        assert (login.token, login.wrapping) == ("", wrapping)
        assert session.status().next_action_in_s == float("inf")

    play(script, story)


def test_the_same_token_is_the_same_login() -> None:
    """A file that holds the token that there is makes no new login, and is no reason for a storm of questions."""
    left = (3600, 540, 539, 537, 533, 525, 509, 477, 413)
    script = Script(logins=[Grant("one", "acc", ttl, 3600, renewable=False, age_s=3600 - ttl) for ttl in left])

    async def story(session: KeptSession) -> None:
        await session.after(0)
        await asyncio.sleep(3300)
        assert session.status().number == 1

    play(script, story)
    assert 2 < len(script.asked) < 12


def test_tokens_that_are_refused_at_once() -> None:
    """A server that gives tokens and refuses them isn't asked for ever more of them."""
    script = Script(logins=[token("one")])

    async def story(session: KeptSession) -> None:
        for number in range(9):
            session.refused(await session.after(number))
        assert asyncio.get_running_loop().time() > 200

    play(script, story)


@pytest.mark.parametrize(
    ("error", "final"),
    [
        *((status(number), True) for number in (400, 403, 404, 405)),
        *((status(number), False) for number in (408, 412, 429, 500, 502, 503, 504)),
        (AWAY, False),
        (BadAnswer("no JSON"), False),
        (LoginError("no file"), False),
    ],
)
def test_what_the_server_has_answered_for_good(error: Exception, final: bool) -> None:
    """An error of the request is an answer; a server that is away, sealed or busy gave none."""
    assert is_final(error) is final


@pytest.fixture(autouse=True)
def _no_log() -> Iterator[None]:
    with structlog.testing.capture_logs() as logs:
        yield
    assert not [line for line in logs if "planted" in str(line)]

"""An answer of an earlier process is taken over if what it ends with is still there."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from strongroom.agent.dependencies.asking import Asking
from strongroom.agent.dependencies.dependency import secret
from strongroom.agent.dependencies.fetching import Fetching
from strongroom.agent.dependencies.gate import Gate
from strongroom.agent.dependencies.kept.answers import KeptAnswers
from strongroom.agent.dependencies.kept.taking_over import TakenOver, TakingOver
from strongroom.agent.dependencies.refreshing import Owner, Token
from strongroom.agent.dependencies.secret import secret_of
from strongroom.agent.dependencies.state import Answer
from strongroom.agent.dependencies.terms import Leased, Static, Terms
from strongroom.agent.dependencies.tokens import Tokens
from strongroom.agent.session.login import Login
from strongroom.agent.upstream import Upstream
from strongroom.client.errors import ClientError
from strongroom.client.settings import Settings
from tests.sim.clock import SetClock
from tests.unit.agent.dependencies.test_tokens import Sessions
from tests.unit.agent.serving.cache.keeping import Memory
from tests.unit.agent.serving.server.answering import Answering, answering

A, B = secret("secret/a"), secret("secret/b")
VALUE = secret_of({"data": {"a": "b"}})
KNOWN = (200, {"data": {"ttl": 100}})
ENDLESS = (200, {"data": {"ttl": 0}})
UNKNOWN = (403, {"errors": ["permission denied"]})
DENIED = (403, {"errors": ["1 error occurred:\n\t* permission denied\n\n"]})
AWAY = (503, {"errors": ["sealed"]})


def _bytes(status: int, body: object) -> bytes:
    text = json.dumps(body).encode()
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
    return head.encode() + text


@dataclass
class Place:
    """What a test has.

    Attributes:
        taking: by the process after the one that kept something.
    """

    taking: TakingOver
    kept: KeptAnswers
    tokens: Tokens
    server: Answering
    clock: SetClock


@asynccontextmanager
async def _place(
    *answers: tuple[int, object], terms: Terms | None = None, token: str = "old", answers_in_s: float = 0
) -> AsyncIterator[Place]:
    """A process whose login is `t1`, before a server that gives these answers, 10 s after another has kept two."""

    def answer(number: int) -> bytes:
        clock.advance(answers_in_s)
        return _bytes(*answers[min(number, len(answers) - 1)])

    memory, clock, session = Memory(), SetClock(), Sessions()
    earlier = KeptAnswers(memory, "server", clock)
    for each in (A, B):
        lease = Leased("l", 60, 60, True, clock.monotonic())
        await earlier.keep(each, Answer(VALUE, terms or lease, turn=3), token)
    clock.advance(10)
    session.current = Login(1, "t1", "", True, 1e12, 1e12)
    async with answering(answer) as server:
        upstream = Upstream(Settings(address=server.url, max_retries=0))
        fetching, gate = Fetching(Asking(upstream), clock), Gate(2, "host", clock)
        kept, tokens = KeptAnswers(memory, "server", clock), Tokens(session)
        yield Place(TakingOver(kept, tokens, fetching, gate, clock), kept, tokens, server, clock)
        upstream.close()


async def _taken(place: Place) -> TakenOver:
    taken = await place.taking.answer(A)
    assert taken is not None
    return taken


async def test_a_lease_of_the_current_token() -> None:
    """It belongs to this process's login, and is planned from now on; nobody is asked."""
    async with _place(UNKNOWN, token="t1") as place:
        taken = await _taken(place)
        assert (taken.answer.login, taken.answer.turn, taken.answer.value) == (1, 3, VALUE)
        assert taken.planned_at == place.clock.monotonic()
        assert place.server.requests == []


@pytest.mark.parametrize(("answer", "lasts_s"), [(KNOWN, 100.0), (ENDLESS, float("inf")), (DENIED, float("inf"))])
async def test_a_lease_of_an_earlier_token(answer: tuple[int, object], lasts_s: float) -> None:
    """Its token is asked about, once for all its leases, with itself; it is remembered with its end."""
    async with _place(answer) as place:
        taken = await _taken(place)
        owner = place.tokens.of(taken.answer.login)
        assert owner == Token(Owner.REPLACED, place.clock.monotonic() + lasts_s)
        assert place.tokens.token(taken.answer.login) == "old"
        other = await place.taking.answer(B)
        assert other is not None
        assert other.answer.login == taken.answer.login
        (request,) = place.server.requests
        assert request.startswith(b"GET /v1/auth/token/lookup-self ")
        assert b"\r\nx-vault-token: old\r\n" in request.replace(b"X-Vault-Token", b"x-vault-token")


@pytest.mark.parametrize(("answers", "token", "asked"), [([UNKNOWN], "old", 1), ([KNOWN], "", 0)])
async def test_a_lease_of_a_dead_token(answers: list[tuple[int, object]], token: str, asked: int) -> None:
    """Or of one that nobody knows: there is nothing to take over, and it is asked for but once."""
    async with _place(*answers, token=token) as place:
        for dependency in (A, B, A):
            assert await place.taking.answer(dependency) is None
        assert len(place.server.requests) == asked
        place.kept.drop_left_over()
        assert A in place.kept  # Asked for, so it isn't left over; what is fetched takes its place.


@pytest.mark.parametrize(("answers_in_s", "is_taken"), [(49, True), (50, False)])
async def test_a_lease_that_ends_meanwhile(answers_in_s: float, is_taken: bool) -> None:
    """It may take long until somebody says whether its token is good."""
    async with _place(KNOWN, answers_in_s=answers_in_s) as place:
        taken = await place.taking.answer(A)
        assert (taken is not None) is is_taken
        assert taken is None or taken.planned_at == place.clock.monotonic()


async def test_a_server_that_does_not_say() -> None:
    """The answer stays there until it does."""
    async with _place(AWAY, KNOWN) as place:
        with pytest.raises(ClientError):
            await place.taking.answer(A)
        place.clock.advance(1)
        assert (await _taken(place)).answer.value == VALUE


async def test_what_has_no_lease() -> None:
    """It belongs to nobody, and is planned from when it came; it is taken over once."""
    async with _place(UNKNOWN, terms=Static()) as place:
        taken = await _taken(place)
        assert (taken.answer.login, taken.planned_at) == (0, place.clock.monotonic() - 10)
        assert place.server.requests == []
        assert await place.taking.answer(A) is None


async def test_what_nobody_has_kept() -> None:
    """There is nothing then."""
    async with _place(KNOWN) as place:
        assert await place.taking.answer(secret("secret/c")) is None
        place.clock.advance(60)
        assert await place.taking.answer(A) is None
        assert place.server.requests == []

"""Documents that are kept: how often they are fetched, how long they count, who waits for them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from strongroom.lib.errors import RateLimited, UpstreamFailed
from strongroom.lib.outgoing import Documents, Http, Reply, Slots, State

URL = "https://issuer.example/keys"


@dataclass
class Source:
    """The other system, whose answers the test chooses, and the time."""

    answer: bytes = b"1"
    now: float = 1000.0
    away: bool = False
    asked: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def documents(self) -> Documents[str]:
        """What is kept of it."""
        self.gate.set()
        source = self

        class Stub(Http):
            async def ask(self, *_: object, **__: object) -> Reply:
                source.asked += 1
                await source.gate.wait()
                if source.away:
                    raise UpstreamFailed("the issuer cannot be reached")
                return Reply(200 if source.answer else 500, {}, source.answer)

        return Documents(
            Stub("the issuer"), lambda reply: reply.body.decode(), fresh_s=600, stale_s=3600, clock=lambda: self.now
        )


async def test_it_is_fetched_once_while_it_is_fresh() -> None:
    """And again when it isn't."""
    source = Source()
    documents = source.documents()
    assert [await documents.get(URL) for _ in range(3)] == ["1"] * 3
    source.answer = b"2"
    source.now += 599
    assert await documents.get(URL) == "1"
    source.now += 1
    assert await documents.get(URL) == "2"
    assert source.asked == 2
    assert await documents.get(URL, "other authorities") == "2"
    assert source.asked == 3


async def test_a_thousand_who_wait_make_one_request() -> None:
    """Those who come first, and those who look for what it hasn't."""
    source = Source()
    documents = source.documents()
    source.gate.clear()
    waiting = [asyncio.create_task(documents.get(URL)) for _ in range(1000)]
    await asyncio.sleep(0)
    source.gate.set()
    assert set(await asyncio.gather(*waiting)) == {"1"}
    assert source.asked == 1
    source.now += 10
    source.answer = b"2"
    for number in range(1000):
        assert await documents.get(URL, holds=lambda text, number=number: text == f"kid {number}") == "2"
    assert source.asked == 2
    source.now += 9
    await documents.get(URL, holds=lambda _: False)
    assert source.asked == 2
    source.now += 1
    await documents.get(URL, holds=lambda _: False)
    assert source.asked == 3


async def test_the_last_one_counts_while_its_system_is_away() -> None:
    """For a limited time; it isn't asked at every request meanwhile."""
    source = Source()
    documents = source.documents()
    await documents.get(URL)
    source.away = True
    source.now += 700
    assert [await documents.get(URL) for _ in range(5)] == ["1"] * 5
    assert source.asked == 2
    assert documents.state(URL) == State(700.0, "the issuer cannot be reached")
    source.now += 3599 - 700
    assert await documents.get(URL) == "1"
    source.now += 11
    with pytest.raises(UpstreamFailed):
        await documents.get(URL)
    source.away = False
    source.answer = b"2"
    source.now += 10
    assert await documents.get(URL) == "2"
    assert documents.state(URL) == State(0.0, "")


async def test_without_any_an_error_is_told_at_once() -> None:
    """A system that is away isn't asked again before the pause is over, and a wrong answer is no document."""
    source = Source(answer=b"")
    documents = source.documents()
    assert documents.state(URL) == State()
    for _ in range(5):
        with pytest.raises(UpstreamFailed, match="the issuer gave no usable answer"):
            await documents.get(URL)
    assert source.asked == 1
    source.answer, source.now = b"1", source.now + 10
    assert await documents.get(URL) == "1"
    assert documents.state("https://never.example") == State()


async def test_what_was_fetched_last_is_known_without_asking() -> None:
    """However old it is."""
    source = Source()
    documents = source.documents()
    assert documents.known(URL) is None
    await documents.get(URL)
    source.now += 1e6
    assert (documents.known(URL), documents.known(URL, "other"), source.asked) == ("1", None, 1)


async def test_who_looks_for_what_is_there_does_not_wait_for_what_is_fetched() -> None:
    """Neither while others look for what it hasn't, nor while it is fetched because it is old."""
    source = Source()
    documents = source.documents()
    assert documents.ready(URL) is None
    await documents.get(URL)
    source.gate.clear()
    for age_s in (10, 700):
        source.now += age_s
        waiting = asyncio.create_task(documents.get(URL, holds=lambda _: False))
        await asyncio.sleep(0)
        assert documents.ready(URL, holds=lambda text: text == "1") == "1"
        assert documents.ready(URL, holds=lambda text: text == "2") is None
        assert await documents.get(URL, holds=lambda text: text == "1") == "1"
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    source.now += 3600
    waiting = asyncio.create_task(documents.get(URL))
    await asyncio.sleep(0)
    assert documents.ready(URL) is None
    source.gate.set()
    assert await waiting == "1"


async def test_what_was_never_there_displaces_nothing() -> None:
    """Whoever chooses addresses can't have the documents of others forgotten by ones that don't exist."""
    source = Source()
    documents = source.documents()
    await documents.get(URL)
    source.away = True
    for number in range(1500):
        with pytest.raises(UpstreamFailed):
            await documents.get(f"{URL}/{number}")
    assert documents.known(URL) == "1"
    source.away = False
    for number in range(2000, 3500):
        await documents.get(f"{URL}/{number}")
    assert documents.known(URL) is None
    assert documents.known(f"{URL}/3499") == "1"


async def test_places_before_their_system() -> None:
    """So many addresses of one system are asked for at the same time, and no more."""
    gate, asked = asyncio.Event(), []

    class Stub(Http):
        async def ask(self, *_: object, **__: object) -> Reply:
            asked.append(True)
            await gate.wait()
            return Reply(200, {}, b"1")

    slots = Slots("the issuer", at_once=4, waiting=2)
    documents = Documents(Stub("the issuer"), lambda reply: reply.body.decode(), slots=slots)
    waiting = [asyncio.create_task(documents.get(f"{URL}/{number}")) for number in range(10)]
    for _ in range(20):
        await asyncio.sleep(0)
    assert (len(asked), slots.taken, slots.refused) == (4, 6, 4)
    gate.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(each) for each in results].count(RateLimited) == 4


async def test_who_may_demand_it_has_the_one_of_now() -> None:
    """At once, and is told the error, while the last one goes on to count for everybody else."""
    source = Source()
    documents = source.documents()
    assert await documents.get(URL) == "1"
    source.answer = b"2"
    assert await documents.renewed(URL) == "2"
    source.away = True
    with pytest.raises(UpstreamFailed):
        await documents.renewed(URL)
    assert await documents.get(URL) == "2"

"""What an earlier process has kept is there as long as it holds, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from structlog.testing import capture_logs

from strongroom.agent.dependencies.dependency import Dependency, secret
from strongroom.agent.dependencies.kept.answers import MOST, MOST_BYTES, KeptAnswers
from strongroom.agent.dependencies.secret import secret_of
from strongroom.agent.dependencies.state import Answer
from strongroom.agent.dependencies.terms import Expiring, Leased, Rotated, Static, Terms
from tests.sim.clock import SetClock
from tests.unit.agent.serving.cache.keeping import Memory

A, B = secret("secret/a"), secret("secret/b")
VALUE = secret_of({"data": {"a": "b"}})


class Place:
    """Where answers are kept, by one process after the other, with a clock that the test moves."""

    def __init__(self) -> None:
        self.memory = Memory()
        self.clock = SetClock()

    def process(self, origin: str = "server", **limits: Any) -> KeptAnswers:
        """A new process."""
        return KeptAnswers(self.memory, origin, self.clock, **limits)

    def lease(self, duration_s: float = 60) -> Leased:
        """A lease that begins now."""
        return Leased("l", duration_s, duration_s, True, self.clock.monotonic())

    async def keep(self, dependency: Dependency = A, terms: Terms | None = None, **limits: Any) -> KeptAnswers:
        """Have a process keep an answer."""
        kept = self.process(**limits)
        await kept.keep(dependency, Answer(VALUE, terms or self.lease(), login=2, turn=5), "token")
        return kept


@pytest.fixture
def place() -> Place:
    """With nothing kept."""
    return Place()


async def test_the_next_process_has_it(place: Place) -> None:
    """With its token; the number of the login is another process's, and is left out."""
    lease = place.lease()
    await place.keep(A, lease)
    place.clock.advance(59)
    found = place.process().earlier(A)
    assert found is not None
    assert (found.answer, found.token) == (Answer(VALUE, lease, turn=5), "token")
    assert place.process().earlier(B) is None


@pytest.mark.parametrize(
    ("terms", "after_s", "is_there"),
    [
        (Leased("l", 60, 60, True, 0), 59, True),
        (Leased("l", 60, 60, True, 0), 60, False),
        (Expiring(-5, 60), 59, True),
        (Expiring(-5, 60), 60, False),
        (Rotated(60), 59, True),
        (Rotated(60), 60, False),
        (Static(), 1e6, True),
        (Static(), -5, True),
        (Static(), -6, False),
        (Leased("l", 60, 60, True, 0), -6, False),
    ],
)
async def test_what_has_ended_is_gone(place: Place, terms: Any, after_s: float, is_there: bool) -> None:
    """Or may have ended, because the clock was set back."""
    begun = place.clock.monotonic()
    match terms:
        case Leased():
            terms = replace(terms, granted_at=begun)
        case Expiring(begins_at, ends_at):
            terms = Expiring(begins_at + begun, ends_at + begun)
        case Rotated(at):
            terms = Rotated(at + begun)
    running = await place.keep(A, terms)
    place.clock.advance(after_s)
    kept = place.process()
    assert (kept.earlier(A) is not None) is is_there
    assert kept.is_untidy is not is_there
    await kept.tidy()
    assert bool(place.memory.kept) is is_there
    assert A in running


async def test_what_ends_while_nobody_asks_is_gone(place: Place) -> None:
    """Its end is looked at when it is asked for."""
    await place.keep(A)
    kept = place.process()
    place.clock.advance(61)
    assert kept.earlier(A) is None


async def test_only_the_server_that_gave_it(place: Place) -> None:
    """An answer of another server or namespace isn't used, and somebody is told."""
    await place.keep(A)
    with capture_logs() as logs:
        kept = place.process("server ns1")
    assert kept.earlier(A) is None
    assert [each["log_level"] for each in logs] == ["warning"]
    await kept.tidy()
    assert place.memory.kept == {}


async def test_one_damaged_file_spoils_no_other(place: Place) -> None:
    """It is told of and removed; other parts' names are left alone."""
    await place.keep(A)
    place.memory.kept |= {
        "dependencies/5": b"x",
        "dependencies/x": b"",
        "dependencies/" + "9" * 5000: b"",
        "login": b"x",
    }
    with capture_logs() as logs:
        kept = place.process()
    assert [each["log_level"] for each in logs] == ["warning"] * 3 + ["info"]
    assert kept.earlier(A) is not None
    await kept.tidy()
    assert sorted(place.memory.kept) == ["dependencies/1", "login"]


async def test_a_name_is_used_once(place: Place) -> None:
    """A record is replaced by the next of the same dependency, and by no other."""
    first = await place.keep(A)
    await first.keep(A, Answer(VALUE, Static()), "")
    second = await place.keep(B)
    assert sorted(place.memory.kept) == ["dependencies/1", "dependencies/2"]
    await second.keep(A, Answer(VALUE, Static()), "")
    assert len(place.memory.kept) == 2
    assert "secret" not in "".join(place.memory.kept)


async def test_the_later_of_two_counts(place: Place) -> None:
    """Two processes at once, for a while: the earlier answer is of no use."""
    one, other = place.process(), place.process()
    await one.keep(B, Answer(VALUE, Static()), "")
    await one.keep(A, Answer(["later"], Static()), "")
    place.clock.advance(-1)
    await other.keep(A, Answer(["earlier"], Static()), "")
    place.clock.advance(1)
    kept = place.process()
    found = kept.earlier(A)
    assert found is not None
    assert found.answer.value == ["later"]
    await kept.tidy()
    assert len(place.memory.kept) == 1


async def test_what_nobody_asks_for_is_left_over(place: Place) -> None:
    """What was asked for stays kept, also before it is answered again."""
    running = await place.keep(A)
    await running.keep(B, Answer(VALUE, Static()), "")
    kept = place.process()
    kept.is_asked(A)
    kept.drop_left_over()
    assert kept.earlier(B) is None
    await kept.tidy()
    assert place.process().earlier(A) is not None
    assert place.process().earlier(B) is None


@pytest.mark.parametrize("limits", [{"most": 1}, {"most_bytes": 400}], ids=["number", "size"])
async def test_there_is_a_limit(place: Place, limits: dict[str, Any]) -> None:
    """What is kept makes no room for more, is replaced all the same, and one warning tells."""
    kept = await place.keep(A, **limits)
    with capture_logs() as logs:
        for dependency in (B, secret("secret/c"), A):
            await kept.keep(dependency, Answer(VALUE, place.lease()), "token")
    assert [each["log_level"] for each in logs] == ["warning"]
    assert (len(kept), len(place.memory.kept)) == (1, 1)
    assert 0 < kept.size_bytes <= 400
    kept.drop(A)
    assert kept.size_bytes == 0
    await kept.keep(B, Answer(VALUE, place.lease()), "token")
    assert B in kept


def test_the_limits_are_those_that_the_page_names() -> None:
    """10,000 answers and 64 MiB."""
    assert (MOST, MOST_BYTES) == (10_000, 67_108_864)


@pytest.mark.parametrize(("digits", "following"), [("7", "8"), ("9" * 18, "1" + "0" * 18), ("9" * 19, "1"), ("x", "1")])
async def test_no_name_is_given_twice(place: Place, digits: str, following: str) -> None:
    """The next one follows the greatest that is there, of those that this program gives."""
    place.memory.kept[f"dependencies/{digits}"] = b"x"
    await place.keep(A)
    assert f"dependencies/{following}" in place.memory.kept


async def test_a_disk_that_is_full_from_the_beginning_is_told(place: Place) -> None:
    """At the first answer."""
    place.memory.full = True
    with capture_logs() as logs:
        await place.keep(A)
    assert [each["log_level"] for each in logs] == ["error"]


async def test_a_full_disk_is_no_end(place: Place) -> None:
    """It is told once; what stands there is older than what is in use, and isn't used again."""
    kept = await place.keep(A)
    place.memory.full = True
    with capture_logs() as logs:
        for _ in range(3):
            await kept.keep(A, Answer(VALUE, place.lease()), "token")
    assert [each["log_level"] for each in logs] == ["error"]
    assert A not in kept
    place.memory.full = False
    await kept.tidy()
    assert place.memory.kept == {}


async def test_what_cannot_be_kept_is_told(place: Place) -> None:
    """By its path alone; the answer from before doesn't stay."""
    kept = await place.keep(A)
    with capture_logs() as logs:
        await kept.keep(A, Answer(["\ud800"], Static()), "")
    assert [(each["log_level"], each["dependency"]) for each in logs] == [("warning", "read secret/a")]
    await kept.tidy()
    assert place.memory.kept == {}

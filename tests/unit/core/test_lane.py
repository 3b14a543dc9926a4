"""A class of work that is done step by step."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
import structlog

from strongroom.core.lane import Lane
from strongroom.lib.errors import StorageError, StrongroomError, UpstreamFailed
from strongroom.lib.rand import SystemRandom
from strongroom.storage.base import Fence
from strongroom.storage.inmem import InmemStorage
from tests.sim.clock import SetClock

FENCE = Fence(role="expiry", holder="test", key="k", revision=1, expires_at=9.0)


class Steps:
    """Steps that do so many things each, or fail; after the last they are cancelled."""

    def __init__(self, *steps: int | Exception) -> None:
        self.steps = list(steps)
        self.seen: list[tuple[Fence, float]] = []

    async def __call__(self, fence: Fence, now: float) -> int:
        """One step."""
        self.seen.append((fence, now))
        if not self.steps:
            raise asyncio.CancelledError
        step = self.steps.pop(0)
        if isinstance(step, Exception):
            raise step
        return step


async def store(clock: SetClock) -> InmemStorage:
    """A store of its own."""
    storage = InmemStorage(clock, SystemRandom())
    await storage.start()
    return storage


async def test_what_is_done_is_counted_by_class() -> None:
    """From 0 on, beside what other lanes of the class have counted already."""
    ended = {"token": 7}
    lane, other = Lane("lease", Steps(3, 0, 2), ended), Lane("token", Steps(1), ended)
    assert ended == {"token": 7, "lease": 0}
    assert [await lane.run_once(FENCE, 5.0) for _ in range(3)] == [3, 0, 2]
    assert await other.run_once(FENCE, 5.0) == 1
    assert ended == {"token": 8, "lease": 5}


@pytest.mark.parametrize(
    ("failure", "level", "told"),
    [
        (StorageError("the store failed", detail="no disk"), "warning", {"reason": "no disk"}),
        (UpstreamFailed("no answer"), "warning", {"reason": "no answer"}),
        (ZeroDivisionError(), "error", {}),
    ],
)
async def test_a_step_that_fails_is_told_and_counts_nothing(
    failure: Exception, level: str, told: dict[str, str]
) -> None:
    """A fault of ours by its place, so that the other lanes go on and somebody can mend it."""
    clock = SetClock()
    steps, ended = Steps(failure, 4), {"lease": 0}
    lane = Lane("lease", steps, ended)
    storage = await store(clock)
    with structlog.testing.capture_logs() as said:
        assert await lane.try_once(storage, FENCE) == 0
    (line,) = said
    assert (line["event"], line["log_level"], line["work"]) == ("expiry is interrupted", level, "lease")
    assert told.items() <= line.items()
    assert ("fault" in line) is not isinstance(failure, StrongroomError)
    assert ended == {"lease": 0}
    clock.advance(5)
    assert await lane.try_once(storage, FENCE) == 4
    assert steps.seen == [(FENCE, clock.now() - 5), (FENCE, clock.now())]


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was slept; no time passes."""
    slept: list[float] = []
    sleep: Callable[[float], object] = asyncio.sleep

    async def pause(seconds: float) -> None:
        slept.append(seconds)
        await sleep(0)  # type: ignore[misc]

    monkeypatch.setattr(asyncio, "sleep", pause)
    return slept


async def test_a_lane_rests_only_when_there_is_nothing_to_do(pauses: list[float]) -> None:
    """Or when a step has failed, so that a store that is gone isn't asked without end."""
    steps = Steps(3, 2, 0, ZeroDivisionError(), 1, StorageError("the store failed"), 0)
    ended: dict[str, int] = {}
    lane = Lane("lease", steps, ended)
    with structlog.testing.capture_logs(), pytest.raises(asyncio.CancelledError):
        await lane.run_forever(await store(SetClock()), FENCE, 0.75)
    assert pauses == [0.75] * 4
    assert ended == {"lease": 6}
    assert len(steps.seen) == 8

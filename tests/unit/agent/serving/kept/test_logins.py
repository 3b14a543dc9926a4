"""The token that the next process begins with."""

from __future__ import annotations

import asyncio

import pytest

from strongroom.agent.serving.kept.logins import keep_logins, kept_token
from tests.sim.clock import SetClock
from tests.unit.agent.serving.cache.keeping import Memory
from tests.unit.agent.serving.sessions import GivenSession


async def test_the_last_login_is_kept() -> None:
    """With when that was; and it is tried, because leases may have been issued under it."""
    session, memory = GivenSession("first"), Memory()
    keeping = asyncio.create_task(keep_logins(session, memory, SetClock(1000.0)))
    await asyncio.sleep(0)
    session.log_in("second")
    session.log_in("")
    await asyncio.sleep(0.01)
    session.log_in("third")
    await asyncio.sleep(0.01)
    keeping.cancel()
    found = kept_token(memory)
    assert found is not None
    assert (found.token, found.written_at, found.owns_leases) == ("third", 1000.0, True)


async def test_a_full_disk_ends_nothing() -> None:
    """The next login is kept again."""
    session, memory = GivenSession("first"), Memory()
    memory.full = True
    keeping = asyncio.create_task(keep_logins(session, memory, SetClock()))
    await asyncio.sleep(0)
    memory.full = False
    session.log_in("second")
    await asyncio.sleep(0.01)
    keeping.cancel()
    found = kept_token(memory)
    assert found is not None
    assert found.token == "second"


@pytest.mark.parametrize("content", [b"", b"\x00", b"\x81\xa1a\x01"])
def test_what_cannot_be_read_is_none(content: bytes) -> None:
    """The agent logs in."""
    memory = Memory()
    assert kept_token(memory) is None
    memory.kept["login"] = content
    assert kept_token(memory) is None

"""Who waits for a commit may be gone when it is settled."""

from __future__ import annotations

import asyncio

import pytest

from strongroom.lib.errors import Conflict
from strongroom.storage.base import Revision
from strongroom.storage.batch import Pending
from strongroom.storage.operations import Commit


def test_an_answer_to_nobody_is_dropped() -> None:
    """A request that was cancelled while it waited disturbs no other's: neither a result nor an error reaches it."""

    async def main() -> None:
        for outcome in (Revision(1, b"r"), Conflict()):
            gone: asyncio.Future[Revision] = asyncio.get_running_loop().create_future()
            pending = Pending(Commit({}, {}, {}), gone)
            assert not pending.abandoned
            gone.cancel()
            assert pending.abandoned
            pending.deliver(outcome)
            assert gone.cancelled()

    asyncio.run(main())


def test_an_answer_is_given_once() -> None:
    """The first one counts: a batch that fails afterwards takes nothing back."""

    async def main() -> None:
        answer: asyncio.Future[Revision] = asyncio.get_running_loop().create_future()
        pending = Pending(Commit({}, {}, {}), answer)
        pending.deliver(Revision(1, b"r"))
        pending.deliver(Conflict())
        assert await answer == Revision(1, b"r")
        refused: asyncio.Future[Revision] = asyncio.get_running_loop().create_future()
        pending = Pending(Commit({}, {}, {}), refused)
        pending.deliver(Conflict())
        with pytest.raises(Conflict):
            await refused

    asyncio.run(main())

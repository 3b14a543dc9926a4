"""One turn, written until it is known whether it counts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from strongroom.lib.aws import AwsRefused
from strongroom.lib.clock import Clock
from strongroom.lib.errors import StorageError, StrongroomError, Unreachable
from strongroom.lib.fault import where
from strongroom.storage.batch import Outcome
from strongroom.storage.s3.journal import Journal, PausedError
from strongroom.storage.s3.layout import journal_name, seal
from strongroom.storage.s3.state import Draft

_FRESH_S: Final = 300.0
"""A process that saw the end of the journal so long ago looks again before it writes."""
_PAUSE_S: Final = 0.1
_REFUSALS: Final = range(400, 500)
"""Statuses that say that nothing was written."""
_LARGE_BYTES: Final = 256 << 10
"""What takes longer than a millisecond to encode is encoded in a thread."""


class UnclearError(StorageError):
    """It isn't known whether a turn was written, or may be later."""

    def __init__(self, detail: str, outcomes: Sequence[Outcome]) -> None:
        super().__init__("the store failed", detail=detail)
        self.outcomes = outcomes


class Appending:
    """Writes turns.

    Args:
        on_due: called when one has made a checkpoint due.
    """

    def __init__(self, journal: Journal, clock: Clock, on_due: Callable[[], None]) -> None:
        self._journal = journal
        self._clock = clock
        self._on_due = on_due

    async def fresh(self) -> None:
        """Look at the journal's end, if that was long ago.  Raises `StorageError`."""
        if self._clock.monotonic() - self._journal.seen_at > _FRESH_S:
            await self._journal.follow()

    async def written(self, draft: Draft, outcomes: Sequence[Outcome], until: float) -> bool:
        """Write a turn; one without changes only proves that it was made of the newest state.

        Returns: whether it counts.  Otherwise another process was quicker, and its turn has been absorbed.

        Args:
            outcomes: of its operations, for the error. until: when to give up, by the monotonic clock.

        Raises: `UnclearError`; any other `StorageError` says that nothing was written.
        """
        if draft.empty:
            await self._journal.follow()
            return self._journal.state.number == draft.base_number
        turn = draft.turn()
        if draft.size_bytes > _LARGE_BYTES:
            raw, digest = await asyncio.to_thread(seal, turn)
        else:
            raw, digest = seal(turn)
        if not await self._appended(turn.number, raw, digest, outcomes, until):
            return False
        if not turn.since_turns:
            self._on_due()
        return True

    async def _appended(
        self, number: int, raw: bytes, digest: bytes, outcomes: Sequence[Outcome], until: float
    ) -> bool:
        """The same bytes are written until it is known what stands at their number: a late request does no harm."""
        sent = False
        while True:
            try:
                if await self._journal.append(number, raw):
                    return True
                sent = True  # who is there may be this turn, by an attempt whose answer was lost
                await self._journal.follow()
                return self._journal.digest_of(number) == digest
            except PausedError as error:
                raise UnclearError(error.detail, outcomes) from error
            except Unreachable as error:  # `AwsBusy` is one
                sent = True
                if self._clock.monotonic() > until:
                    raise UnclearError(
                        f"writing {journal_name(number)}: {error.detail or error.text}", outcomes
                    ) from error
                await asyncio.sleep(_PAUSE_S)
            except Exception as error:
                told = error.detail or error.text if isinstance(error, StrongroomError) else where(error)
                detail = f"writing {journal_name(number)}: {told}"
                if sent or not isinstance(error, AwsRefused) or error.status not in _REFUSALS:
                    raise UnclearError(detail, outcomes) from error
                raise StorageError("the store failed", detail=detail) from error

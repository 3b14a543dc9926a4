"""The answers that are kept for the next process, and those that the last one has kept."""

from __future__ import annotations

from typing import Final, assert_never

import structlog

from strongroom.agent.dependencies.dependency import Dependency
from strongroom.agent.dependencies.kept.record import KeptAnswer, NoRecord, decoded, encoded
from strongroom.agent.dependencies.moment import Moment
from strongroom.agent.dependencies.state import Answer
from strongroom.agent.dependencies.terms import Expiring, Leased, Rotated, Static
from strongroom.agent.serving.kept.store import Kept, NotKept
from strongroom.lib.clock import Clock

log = structlog.get_logger("agent.persist")

MOST: Final = 10_000
MOST_BYTES: Final = 64 * 1024 * 1024
_PREFIX: Final = "dependencies/"
_CLOCK_ERROR_S: Final = 5.0
"""How far the clock may have been set back since.  Of what came later than now, nobody can say whether it has ended."""
_LONGEST_NUMBER: Final = 18


class KeptAnswers:
    """Keeps answers, and has those of an earlier process until they are asked for.

    Args:
        kept: where they outlive the process.
        origin: which server and namespace answers come from.  Those of another one are worth nothing.
        most, most_bytes: how many answers are kept, and how much they may take.
    """

    def __init__(
        self, kept: Kept, origin: str, clock: Clock, *, most: int = MOST, most_bytes: int = MOST_BYTES
    ) -> None:
        self._kept = kept
        self._origin = origin
        self._clock = clock
        self._most = most
        self._most_bytes = most_bytes
        # The names are numbers: whoever sees a file's name can't guess by it what was sent to the server.
        self._names: dict[Dependency, str] = {}
        self._sizes: dict[Dependency, int] = {}
        self.size_bytes = 0
        """What the records take, before they are encrypted."""
        self._last = 0
        self._earlier: dict[Dependency, KeptAnswer] = {}
        self._worthless: list[str] = []
        self._failing = False
        self._full = False
        self._read()

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, dependency: Dependency) -> bool:
        return dependency in self._names

    def _read(self) -> None:
        """Take in what the last process has kept; what is of no use is told of, and removed later."""
        moment = Moment.now(self._clock)
        foreign = 0
        for name, content in self._kept.load().items():
            if not name.startswith(_PREFIX):
                continue
            self._last = max(self._last, _number(name))
            try:
                found = decoded(content, moment)
            except NoRecord as error:
                log.warning("an answer that was kept can't be read, and is forgotten", name=name, reason=str(error))
                self._worthless.append(name)
                continue
            foreign += found.origin != self._origin
            earlier = self._earlier.get(found.dependency)
            is_newest = earlier is None or earlier.at < found.at
            if found.origin != self._origin or not _holds(found, moment.at) or not is_newest:
                self._worthless.append(name)
                continue
            self.drop(found.dependency)
            self._earlier[found.dependency] = found
            self._note(found.dependency, name, len(content))
        if foreign:
            log.warning("answers of another server or namespace were kept, and are forgotten", number=foreign)
        if self._earlier:
            log.info("answers of an earlier process are there", number=len(self._earlier))

    def earlier(self, dependency: Dependency) -> KeptAnswer | None:
        """What an earlier process has kept; None if that was nothing, or nothing that still holds."""
        found = self._earlier.get(dependency)
        return found if found is not None and _holds(found, self._clock.monotonic()) else None

    def is_asked(self, dependency: Dependency) -> None:
        """Say that something is asked for by this process, so that what was kept of it isn't left over."""
        self._earlier.pop(dependency, None)

    def drop(self, dependency: Dependency) -> None:
        """Keep something no more; it is removed when `tidy` is called."""
        self._earlier.pop(dependency, None)
        if dependency in self._names:
            self._worthless.append(self._names.pop(dependency))
            self.size_bytes -= self._sizes.pop(dependency)

    def drop_left_over(self) -> None:
        """Keep no more what an earlier process has kept, and nobody has asked for in this one."""
        if self._earlier:
            log.info("answers of an earlier process aren't asked for any more", number=len(self._earlier))
        for dependency in tuple(self._earlier):
            self.drop(dependency)

    async def keep(self, dependency: Dependency, answer: Answer, token: str) -> None:
        """Keep an answer in the place of the one before.  It is kept when this returns, or it is told why it isn't."""
        moment = Moment.now(self._clock)
        try:
            content = encoded(KeptAnswer(self._origin, dependency, answer, token, moment.at), moment)
        except NoRecord as error:
            log.warning("an answer is not kept for the next process", dependency=str(dependency), reason=str(error))
            self.drop(dependency)
            return
        if not self._has_room(dependency, len(content)):
            self.drop(dependency)
            return
        name = self._names.get(dependency)
        if name is None:
            self._last += 1
            name = f"{_PREFIX}{self._last}"
        self._note(dependency, name, len(content))
        if not await self._save(name, content):
            self.drop(dependency)  # What stands there is older, and may have ended.

    @property
    def is_untidy(self) -> bool:
        """Whether something is to be removed."""
        return bool(self._worthless)

    async def tidy(self) -> None:
        """Remove what is of no use any more."""
        names, self._worthless = self._worthless, []
        for name in names:
            await self._save(name, None)

    def _has_room(self, dependency: Dependency, size: int) -> bool:
        others = len(self._names) - (dependency in self._names)
        left = self._most_bytes - self.size_bytes + self._sizes.get(dependency, 0)
        has_room = others < self._most and size <= left
        if not has_room and not self._full:
            self._full = True
            log.warning("no more answers are kept for the next process, which fetches the others again", kept=others)
        return has_room

    def _note(self, dependency: Dependency, name: str, size: int) -> None:
        self.size_bytes += size - self._sizes.get(dependency, 0)
        self._names[dependency], self._sizes[dependency] = name, size

    async def _save(self, name: str, content: bytes | None) -> bool:
        try:
            await self._kept.save(name, content)
        except NotKept as error:
            if not self._failing:
                log.error("answers are not kept for the next process", reason=str(error))
            self._failing = True
        else:
            self._failing = False
        return not self._failing


def _number(name: str) -> int:
    """The number that a name ends with."""
    digits = name.removeprefix(_PREFIX)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST_NUMBER else 0


def _holds(kept: KeptAnswer, now: float) -> bool:
    """Whether an answer hasn't ended yet, as far as the clock can be believed."""
    if kept.at > now + _CLOCK_ERROR_S:
        return False
    match kept.answer.terms:
        case Leased(ends_at=end) | Expiring(ends_at=end) | Rotated(at=end):
            return now < end
        case Static():
            return True
    assert_never(kept.answer.terms)

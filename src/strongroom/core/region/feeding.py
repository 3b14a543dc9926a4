"""The first region's side: says to the regions that follow it what was committed, to each that it has enrolled."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import msgspec
import structlog

from strongroom.barrier import keys
from strongroom.barrier.barrier import require_whole
from strongroom.barrier.region import FENCED, PRIMARY, RegionState, is_replicated
from strongroom.barrier.restored import Restored
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.region import enrolling
from strongroom.lib.errors import FeedTooOld, InvalidRequest, PermissionDenied, StrongroomError, Unavailable
from strongroom.services.region import wire
from strongroom.services.region.records import (
    FOLLOWERS,
    FORMER,
    MEMBERSHIP,
    REACHED,
    Commit,
    FollowerRecord,
    Former,
    Reached,
)
from strongroom.services.region.wire import Point, Refused
from strongroom.services.restoration import frozen
from strongroom.storage.base import Revision
from strongroom.sysapi.services import Services

log = structlog.get_logger("region")

NOTED_EVERY_S: Final = 5.0
"""How often a follower's progress is stored.  Each time is a commit, of which the follower hears too."""
_LOOK_EVERY_S: Final = 0.05
"""How often the store is asked for something new while a follower waits."""
_AT_ONCE: Final = 4
"""Requests of one follower that a process serves at once: it asks for heads and for rows."""
_PAGE_BYTES: Final = 4 << 20
_MOST_TERMS: Final = 1000
"""Promotions that this region may have missed.  A term near the highest number would allow none any more."""
_STRANGER: Final = "this certificate is not of a region that follows this one"


class Refusal(Exception):
    """A request isn't answered."""

    def __init__(self, reason: str, text: str, term: int = 0) -> None:
        super().__init__(text)
        self.said = Refused(reason, text, term)


class Feeding:
    """Answers other regions in one process.

    Args:
        services: behind the open barrier.
        wait_s: how long a follower waits for something new.
    """

    def __init__(self, services: Services, *, wait_s: float = wire.WAIT_S) -> None:
        self._services = services
        self._barrier = services.barrier
        self._wait_s = wait_s
        self._served: Counter[str] = Counter()
        self._noted: dict[str, float] = {}

    async def answer(self, path: str, body: bytes, certificate: str) -> msgspec.Struct:
        """Answer one request.

        Args:
            certificate: the fingerprint of the client's certificate, which this region's authority has signed and
                whose key the client has; empty if it shows none.

        Raises: `Refusal`.
        """
        try:
            return await self._answered(path, body, certificate)
        except (InvalidRequest, PermissionDenied) as error:
            raise Refusal("enrolment" if path == wire.ENROL else "stranger", error.text) from error
        except Unavailable as error:
            raise Refusal("unavailable", error.text) from error
        except StrongroomError as error:
            raise Refusal("unavailable", "the store of this region does not answer now") from error

    async def _answered(self, path: str, body: bytes, certificate: str) -> msgspec.Struct:
        await self._barrier.sync()
        state = self._barrier.region.state
        if state is None:
            raise Refusal("unavailable", "this region has no followers")
        if path == wire.ENROL:
            self._require_first(state)
            return await enrolling.enrol(self._services, state, wire.decode(body, wire.Enrol))
        serve = self._paths().get(path)
        if serve is None or not certificate:
            raise Refusal("stranger", _STRANGER)
        follower = await self._follower(certificate, path)
        answer = await self._bounded(certificate, lambda: serve(certificate, follower, body))
        if path != wire.LEAVE:  # it may have waited for something new, such as its own end
            await self._follower(certificate, path)
        return answer

    async def _follower(self, certificate: str, path: str) -> FollowerRecord:
        """The region of a certificate.  Raises `Refusal` if it may not ask for that any more."""
        follower = await transact(self._barrier, lambda txn: txn.read(FOLLOWERS + certificate, FollowerRecord))
        if follower is None or (follower.left and path not in (wire.PROMOTED, wire.LEAVE)):
            raise Refusal("stranger", _STRANGER)
        return follower

    def _paths(self) -> Mapping[str, Callable[[str, FollowerRecord, bytes], Awaitable[msgspec.Struct]]]:
        return {
            wire.HEAD: self._head,
            wire.ROWS: self._rows,
            wire.PAGE: self._page,
            wire.KEY: self._key,
            wire.PROMOTED: self._promoted,
            wire.LEAVE: self._leave,
        }

    async def _bounded(self, certificate: str, serve: Callable[[], Awaitable[msgspec.Struct]]) -> msgspec.Struct:
        if self._served[certificate] >= _AT_ONCE:
            raise Refusal("busy", f"a region may ask for {_AT_ONCE} things at once")
        self._served[certificate] += 1
        try:
            return await serve()
        finally:
            self._served[certificate] -= 1
            if not self._served[certificate]:
                del self._served[certificate]

    def _require_first(self, state: RegionState) -> None:
        if state.role == FENCED:
            raise Refusal("fenced", f"this region is not in use: {state.reason}", state.term)
        if state.role != PRIMARY:
            raise Refusal("fenced", "this region follows another one itself", state.term)

    def _feeding(self, term: int) -> RegionState:
        """The state, if this region may feed one of that term.  Raises `Refusal`."""
        state = self._barrier.region.state
        if state is None:
            raise Refusal("unavailable", "this region has no followers")
        self._require_first(state)
        if term != state.term:
            raise Refusal(
                "term", f"this region is the first one in term {state.term}, and you ask in {term}", state.term
            )
        return state

    async def _head(self, certificate: str, _: FollowerRecord, body: bytes) -> msgspec.Struct:
        """The newest commit, and which keys were changed; waits until there is something."""
        asked = wire.decode(body, wire.Ask)
        self._feeding(asked.term)
        at, head = await self._newer(asked)
        try:
            changed = await self._barrier.storage.changed_since(_revision(asked.since)) if asked.since.number else ()
        except FeedTooOld:
            await self._require_history(certificate, asked.since)
            return wire.HeadSaid(_point(head), at, (), 0, self._services.api_address)
        wanted = [key for key in changed if is_replicated(key)]
        named = tuple(wanted[: wire.MOST_NAMED])
        return wire.HeadSaid(_point(head), at, named, len(wanted), self._services.api_address)

    async def _newer(self, asked: wire.Ask) -> tuple[float, Revision]:
        """The newest commit, and a time of this region's clock at which it was the newest."""
        storage, loop = self._barrier.storage, asyncio.get_running_loop()
        until = loop.time() + (self._wait_s if asked.wait else 0.0)
        while True:
            at = await storage.now()
            head = await storage.synced()
            if _point(head) != asked.since or loop.time() >= until:
                return at, head
            await asyncio.sleep(_LOOK_EVERY_S)
            self._feeding(asked.term)  # it may have been replaced meanwhile

    async def _rows(self, certificate: str, _: FollowerRecord, body: bytes) -> msgspec.Struct:
        """Rows that were changed after a commit, all of one revision."""
        asked = wire.decode(body, wire.Ask)
        self._feeding(asked.term)
        at, _head = await self._newer(asked)
        storage = self._barrier.storage
        try:
            delta = await storage.delta(_revision(asked.since), max(1, min(asked.limit, wire.MOST_KEYS)))
            await self._require_whole(delta.revision)
        except FeedTooOld as error:
            await self._require_history(certificate, asked.since)
            raise Refusal("gone", "the feed of this region no longer reaches back that far") from error
        await self._note(certificate, asked)  # now that the history is known to be the same
        rows = {
            key: None if entry is None else entry.value for key, entry in delta.entries.items() if is_replicated(key)
        }
        return wire.RowsSaid(_point(delta.revision), _point(delta.through), at, rows)

    async def _require_whole(self, revision: Revision) -> None:
        """Raise `Unavailable` if a snapshot was taking the place of the rows at this revision.

        Whoever waits for something new is woken by the first commit of a restore.
        """
        storage = self._barrier.storage
        await require_whole(storage)
        if keys.RESTORING in await storage.changed_since(revision):  # it has ended meanwhile
            raise Unavailable("a snapshot was being restored")

    async def _require_history(self, certificate: str, since: Point) -> None:
        """Raise `Refusal` if this region's history is known not to hold that commit, which the follower has.

        Then its store was replaced by an older one, and the follower may be the only one to have what was lost.
        """
        storage = self._barrier.storage
        newest = await storage.synced()
        lost = newest.number < since.number
        follower, reached, restored = await transact(self._barrier, lambda txn: _known(txn, certificate))
        if restored is not None and since.number > restored.revision > 0:
            # Since that restore, it has not had anything of this history.
            lost = lost or max(follower.enrolled_at, reached.seen_at if reached is not None else 0.0) < restored.at
        if not lost and reached is not None and reached.commit.number <= since.number:
            # The feed reaches back to before the commit, and doesn't have it.
            earlier = Revision(reached.commit.number, reached.commit.id)
            lost = earlier != _revision(since) and await storage.committed(earlier.id)
        if lost:
            raise Refusal("lost", f"the history of this region does not hold commit {since.number}, which you have")

    async def _note(self, certificate: str, asked: wire.Ask) -> None:
        """Store how far a follower has come, now and then."""
        now = await self._barrier.storage.now()
        if asked.reached is None or abs(now - self._noted.get(certificate, 0.0)) < NOTED_EVERY_S:
            return
        reached = Reached(
            commit=Commit(number=asked.reached.number, id=asked.reached.id), as_of=asked.as_of, seen_at=now
        )

        async def body(txn: Transaction) -> None:
            follower = await txn.read(FOLLOWERS + certificate, FollowerRecord)
            if follower is not None and not follower.left:  # it may have left while it waited
                txn.write(REACHED + certificate, reached)

        await transact(self._barrier, body)
        self._noted[certificate] = now

    async def _page(self, _: str, __: FollowerRecord, body: bytes) -> msgspec.Struct:
        """The next rows of a whole copy.  They are of different moments; the follower asks for the changes since."""
        asked = wire.decode(body, wire.AskPage)
        self._feeding(asked.term)
        limit = max(1, min(asked.limit, wire.MOST_KEYS))
        names = (await self._barrier.storage.scan("", asked.after, limit)).names
        wanted = [name for name in names if is_replicated(name)]
        rows: dict[str, bytes] = {}
        size = 0
        for name in wanted:  # one by one: their sizes aren't known before
            entry = await self._barrier.storage.get(name)
            if entry is not None:
                rows[name] = entry.value
                size += len(entry.value)
            if size > _PAGE_BYTES:
                return wire.PageSaid(rows, name)
        return wire.PageSaid(rows, names[-1] if names else "")

    async def _key(self, certificate: str, follower: FollowerRecord, body: bytes) -> msgspec.Struct:
        """The root key, encrypted to the follower."""
        self._feeding(wire.decode(body, wire.KeyAsked).term)
        log.warning("the root key is handed to a region that follows", region=follower.name, id=certificate[:16])
        return wire.KeySaid(self._barrier.root.hand_over(follower.public_key))

    async def _promoted(self, certificate: str, follower: FollowerRecord, body: bytes) -> msgspec.Struct:
        """Stop being the first region: an enrolled one was promoted."""
        told = wire.decode(body, wire.Promoted)

        async def fence(txn: Transaction) -> None:
            state = await txn.read(keys.REGION, RegionState)
            if state is None or not state.term < told.term <= state.term + _MOST_TERMS:
                known = 0 if state is None else state.term
                raise Refusal("term", f"this region is in term {known} already, and you tell of {told.term}", known)
            reason = f"region {follower.name!r} was promoted in term {told.term}"
            changed = msgspec.structs.replace(
                state, role=FENCED, term=told.term, writer=told.api_address, reason=reason
            )
            txn.write(keys.REGION, changed)
            former = await txn.read(FORMER, Former)
            if former is None or former.told:  # whoever promotes this one again has nobody to tell by it
                txn.delete(MEMBERSHIP)

        state = self._barrier.region.state
        if state is None or told.term != state.term or state.role != FENCED:  # it may ask again for the keys
            await transact(self._barrier, fence)
            log.error("this region is fenced: another one was promoted", region=follower.name, term=told.term)
        head = await self._barrier.storage.synced()
        try:
            changed = await self._barrier.storage.changed_since(_revision(told.commit))
        except FeedTooOld:
            return wire.PromotedSaid(_point(head), False, (), 0)
        wanted = [key for key in changed if is_replicated(key)]
        return wire.PromotedSaid(_point(head), True, tuple(wanted[: wire.MOST_NAMED]), len(wanted))

    async def _leave(self, certificate: str, follower: FollowerRecord, _: bytes) -> msgspec.Struct:
        """Give a region nothing more, which follows no more.  If it is promoted all the same, it can still tell."""

        async def body(txn: Transaction) -> None:
            if await txn.read(FOLLOWERS + certificate, FollowerRecord) is not None:
                txn.write(FOLLOWERS + certificate, msgspec.structs.replace(follower, left=True))
            txn.delete(REACHED + certificate)

        await transact(self._barrier, body)
        log.info("a region follows this one no more", region=follower.name)
        return wire.KeyAsked(0)


def _point(revision: Revision) -> Point:
    return Point(revision.number, revision.id)


def _revision(point: Point) -> Revision:
    return Revision(point.number, point.id)


async def _known(txn: Transaction, certificate: str) -> tuple[FollowerRecord, Reached | None, Restored | None]:
    follower = await txn.read(FOLLOWERS + certificate, FollowerRecord)
    if follower is None:
        raise Refusal("stranger", _STRANGER)
    return follower, await txn.read(REACHED + certificate, Reached), await frozen.read(txn)

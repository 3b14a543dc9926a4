"""Gives answers again that hold a token or a lease, and renews what they hold."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

import msgspec
import structlog

from strongroom.agent.serving.answers import marked
from strongroom.agent.serving.cache.entries import CachedAnswer, CachedAnswers
from strongroom.agent.serving.cache.holding import LeaseHeld, TokenHeld, held, may_hold, renews
from strongroom.agent.serving.cache.key import key_of
from strongroom.agent.serving.cache.looking import holds, look_of
from strongroom.agent.serving.cache.record import decoded, encoded
from strongroom.agent.serving.cache.renewing import (
    Later,
    RenewalSchedule,
    RenewalVerdict,
    on_the_loop,
    outcome_of,
    renewal_of,
)
from strongroom.agent.serving.cache.revocations import Gone, TokenGone, revoked
from strongroom.agent.serving.cache.term import LeaseTerm, failed, granted, is_over, renewed
from strongroom.agent.serving.counters import Counters
from strongroom.agent.serving.kept.store import Kept, NotKept
from strongroom.agent.serving.passing.passing import DENIED, Ask
from strongroom.agent.serving.question import Question
from strongroom.http.message import HttpResponse
from strongroom.lib.clock import Clock

log = structlog.get_logger("agent.cache")

_PREFIX: Final = "cache/"


class AnswerCache:
    """Answers questions, from memory where it can.

    Args:
        ask: has a question answered by the server; it never raises.
        is_own: whether a token is one of the agent's own logins.
        agent: the program as it names itself to the server.
        kept: where the entries outlive the process.
        later: how renewals come later.
    """

    def __init__(
        self,
        ask: Ask,
        is_own: Callable[[str], bool],
        agent: str,
        *,
        kept: Kept,
        clock: Clock,
        counters: Counters,
        later: Later = on_the_loop,
    ) -> None:
        self._ask = ask
        self._is_own = is_own
        self._agent = agent
        self._kept = kept
        self._clock = clock
        self._counters = counters
        self._entries = CachedAnswers()
        self._flights: dict[bytes, asyncio.Future[HttpResponse | None]] = {}
        self._schedule = RenewalSchedule(self._step, later)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def size_bytes(self) -> int:
        """What the entries take in memory, about."""
        return self._entries.bytes

    def restore(self) -> None:
        """Take over the entries of an earlier process."""
        now = self._clock.monotonic()
        for name, content in self._kept.load().items():
            if not name.startswith(_PREFIX):
                continue
            try:
                entry = decoded(content, self._behind_s())
            except msgspec.MsgspecError as error:
                log.warning("an answer that was kept can't be read, and is forgotten", name=name, reason=str(error))
                continue
            if not is_over(entry.term, now):
                self._entries.put(entry)
                self._schedule.set(entry, now)
        if len(self._entries):
            log.info("answers of an earlier process were taken over", number=len(self._entries))

    async def __call__(self, question: Question) -> HttpResponse:
        """The answer to a question."""
        key = key_of(question) if may_hold(question) else None
        if key is None:
            return await self._forwarded(question, None)
        if again := self._again(key):
            return again
        flight = self._flights.get(key)
        if flight is not None:
            shared = await asyncio.shield(flight)
            return shared or self._again(key) or await self._forwarded(question, key)
        self._flights[key] = flight = asyncio.get_running_loop().create_future()
        shared = None
        try:
            response = await self._forwarded(question, key)
            # What has failed for one has failed for all who have asked it at the same time.
            shared = response if response.status >= 500 and response.stream is None else None
            return response
        finally:
            del self._flights[key]
            flight.set_result(shared)

    def _again(self, key: bytes) -> HttpResponse | None:
        entry = self._entries.get(key)
        if entry is None or is_over(entry.term, self._clock.monotonic()):
            return None
        self._counters.hit += 1
        kept = HttpResponse(entry.status, entry.headers, entry.body)
        return marked(kept, self._clock.now() - entry.stored_at)

    async def _forwarded(self, question: Question, key: bytes | None) -> HttpResponse:
        """The server's answer, after what follows from it was done."""
        response = await self._ask(question)
        if response.status >= 300:
            if response.status == DENIED:
                await self._doubt(question.token)
            return response
        self._counters.miss += 1
        if renews(question):
            await self._was_renewed(response)
        elif gone := revoked(question):
            await self.forget(gone)
        elif key is not None:
            await self._keep(question, key, response)
        return marked(response)

    async def _doubt(self, token: str) -> None:
        """Forget what was made with a token, if it isn't valid any more."""
        entry = self._entries.of_token(token)
        if entry is not None:
            look = await self._ask(look_of(token, entry.namespace, self._agent))
            if holds(look) is False:
                await self.forget(TokenGone(token))

    async def _keep(self, question: Question, key: bytes, response: HttpResponse) -> None:
        found = held(response)
        if found is None or not self._is_managed(question, found):
            return
        now = self._clock.monotonic()
        entry = CachedAnswer(
            key=key,
            place=question.place,
            namespace=question.namespace,
            token=question.token,
            held=found,
            term=granted(found.duration_s, now),
            stored_at=self._clock.now(),
            status=response.status,
            headers=response.headers,
            body=response.body,
        )
        if not self._entries.has_room(entry.size):
            self._counters.full += 1
            return
        await self._put(entry, now)

    def _is_managed(self, question: Question, found: LeaseHeld | TokenHeld) -> bool:
        """Whether what an answer holds is the cache's: it ends with a token that is, or with none."""
        if isinstance(found, TokenHeld) and found.orphan:
            return True
        return bool(question.token) and (self._is_own(question.token) or self._entries.holds_token(question.token))

    async def _was_renewed(self, response: HttpResponse) -> None:
        """Know what a client has renewed itself."""
        found = held(response)
        if found is None:
            return
        if isinstance(found, LeaseHeld):
            entry = self._entries.of_lease(found.lease_id)
        else:
            entry = self._entries.of_token(found.token)
        if entry is not None:
            now = self._clock.monotonic()
            await self._change(entry, renewed(entry.term, found.duration_s, now), now)

    async def forget(self, gone: Gone) -> None:
        """Keep no more what a revocation has ended, or what a client wants to be forgotten."""
        await self._remove(self._entries.ended_by(gone))

    async def _remove(self, entries: Sequence[CachedAnswer]) -> None:
        for entry in entries:
            self._entries.remove(entry.key)
            self._schedule.drop(entry.key)
            self._counters.evicted += 1
        for entry in entries:
            await self._save(entry.key, None)

    async def _put(self, entry: CachedAnswer, now: float) -> None:
        self._entries.put(entry)
        self._schedule.set(entry, now)
        await self._save(entry.key, encoded(entry, self._behind_s()))

    async def _change(self, entry: CachedAnswer, term: LeaseTerm, now: float) -> None:
        await self._put(msgspec.structs.replace(entry, term=term), now)

    async def _save(self, key: bytes, content: bytes | None) -> None:
        try:
            await self._kept.save(_PREFIX + key.hex(), content)
        except NotKept as error:
            log.error("an answer is not kept for the next process", reason=str(error))

    def _behind_s(self) -> float:
        return self._clock.now() - self._clock.monotonic()

    async def _step(self, key: bytes) -> None:
        """Renew what an entry holds, or remove it at its end."""
        entry = self._entries.get(key)
        if entry is None:
            return
        now = self._clock.monotonic()
        if is_over(entry.term, now):
            await self._end(entry)
        elif entry.term.last:
            self._schedule.set(entry, now)
        else:
            outcome = outcome_of(await self._ask(renewal_of(entry, self._agent)))
            # Somebody may have revoked or renewed it meanwhile.
            if self._entries.get(key) is entry:
                await self._went(entry, outcome)

    async def _went(self, entry: CachedAnswer, outcome: int | RenewalVerdict) -> None:
        now = self._clock.monotonic()
        match outcome:
            case int():
                self._counters.renewed += 1
                await self._change(entry, renewed(entry.term, outcome, now), now)
            case RenewalVerdict.LATER:
                await self._change(entry, failed(entry.term), now)
            case RenewalVerdict.ENDED:
                await self._end(entry)

    async def _end(self, entry: CachedAnswer) -> None:
        """Remove an entry, and all that ends with it."""
        log.debug("an answer is kept no more", place=entry.place)
        if isinstance(entry.held, TokenHeld):
            await self.forget(TokenGone(entry.held.token))
        else:
            await self._remove([entry])

    async def close(self) -> None:
        """Renew nothing any more.  What is kept stays."""
        await self._schedule.close()

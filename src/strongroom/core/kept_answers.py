"""Keeps whole answers, for requests that ask the same again.

An answer is kept under the bytes of its request; what else came in with them is part of the name, or excludes it.  It
is a derived value (`Transaction.derive`): it ends when a row changes that was read for it, and when a time comes that
something was compared with.  Both audit entries are kept with it, in pieces between what differs.

    in a turn: ask the store once → for each request that is known: look it up → its entries, its answer
    at the turn's end: write the entries → send the answers
"""

from __future__ import annotations

import time
import weakref
from collections.abc import Callable
from typing import Final

import msgspec
import structlog

from strongroom.audit.channel import Sink
from strongroom.audit.entry import timestamp
from strongroom.audit.filtering import select
from strongroom.audit.fragments import Fragments
from strongroom.audit.gathering import REFUSED, Entry
from strongroom.barrier.stable import Restart
from strongroom.barrier.transaction import Transaction
from strongroom.core import measuring
from strongroom.core.answer import Answer, Receipt
from strongroom.core.limiting import FrontCount
from strongroom.core.trail import outcome_of
from strongroom.crypto.aead import NONCE_BYTES, Aes256Gcm
from strongroom.crypto.mac import sha256
from strongroom.lib.errors import Internal
from strongroom.lib.fault import where
from strongroom.lib.rand import Uuids
from strongroom.sdk.request import Operation
from strongroom.services.quotas import limiter
from strongroom.services.quotas.limits import RateLimits
from strongroom.sysapi.served import FRONT, Count
from strongroom.sysapi.services import Services

log = structlog.get_logger("core")

_LARGEST: Final = 64 * 1024
"""Bytes of an answer and its entries.  All answers of a turn are in memory together."""
_OVERHEAD_BYTES: Final = 1500
_OFTEN: Final = 2
"""How often a request has to come before its answer is kept."""
_NAMES_KEPT: Final = 32_768
"""Some four megabytes."""
_BEFORE_ID: Final = b'{"request_id":"'
"""How most bodies begin.  What others have before the request's id may be secret."""


class KeptAnswer(msgspec.Struct, frozen=True):
    """An answer, and its two audit entries for each device."""

    sinks: tuple[weakref.ref[Sink], ...]
    """Weak, because a device that was disabled is closed when nobody refers to it."""
    fragments: tuple[Fragments, ...]
    head: bytes
    """The answer's header fields, and `_BEFORE_ID` if its body begins so."""
    nonce: bytes
    body: bytes
    """The rest of the body without the request's id.  It is encrypted if the answer isn't for anybody: it may hold
    secrets."""
    id_at: int
    """Where in `body` the request's id belongs; negative if the answer doesn't name it."""
    has_port: bool
    counts: tuple[limiter.Count, ...]
    """What each such request is counted as, for the rate limits."""
    limits: RateLimits | None
    """The limits by which that was decided."""
    standing: object
    """What this process knew of itself; None if it doesn't matter."""
    count: Count
    """That of requests of its kind."""
    since: float
    """When it was made, in seconds since the epoch.  Before, another one may have been right: a clock may be set back.
    """

    def __repr__(self) -> str:
        return f"KeptAnswer({len(self.body)} bytes)"


class Repeated(msgspec.Struct, frozen=True, gc=False):
    """An answer that is given again."""

    entry: Entry
    parts: tuple[bytes, ...]
    """The header fields of the answer, without those of every response, and its body."""

    def check(self) -> None:
        """Raise `Internal` if its entries were not taken, so that it may not be sent."""
        try:
            self.entry.check()
        except Internal:
            raise
        except Exception as error:
            fault = Internal(REFUSED, detail=where(error))
            log.error("request failed", detail=fault.detail)
            raise fault from error

    def __repr__(self) -> str:
        return "Repeated(…)"


class KeptAnswers:
    """The answers that one process keeps, while it is unsealed.

    Args:
        standing: what the process knows of its own state.
        stopwatch: seconds of a fine clock.
    """

    def __init__(
        self,
        services: Services,
        standing: Callable[[], object],
        stopwatch: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._look = standing
        self._standing: object = None
        self._barrier = services.barrier
        self._audit = services.audit
        self._limiter = services.limiter
        self._limits: RateLimits | None = None
        self._clock = services.clock
        self._answers = services.barrier.cache.answers
        self._came: dict[bytes, int] = {}
        """How often requests came whose answer isn't known, by name.

        Many clients send another header each time, such as `traceparent`: of those nothing is kept.
        """
        self._name_key = services.random.bytes(32)
        self._cipher = Aes256Gcm(services.random.bytes(32))
        self._exact = True
        """Whether the last question was put to the store."""
        self._sealed = 0
        self._ids = Uuids(services.random)
        self._now = 0.0
        self._time = b""
        self._served = services.served
        self._stopwatch = stopwatch
        self._begun = 0.0
        self._given = 0
        """Answers of the turn in progress."""
        services.barrier.turn.at_end.append(self._count)

    def name(self, source: bytes, data: bytes) -> bytes:
        """The name of what a request is answered.

        It is a digest with a key, so that no token is in memory longer than its request, and nobody can tell from a
        memory image whether something was asked.

        Args:
            source: all that decides about a request besides its bytes. data: the whole request.
        """
        return sha256(self._name_key + source + data)

    def knows(self, name: bytes) -> bool:
        """Whether there was an answer to keep.  It may have ended.  Asked once for each request."""
        if name in self._answers:
            return True
        came = self._came
        if len(came) >= _NAMES_KEPT:
            came.clear()
        came[name] = came.get(name, 0) + 1
        return False

    async def ask(self) -> None:
        """Make all commits visible that the requests have to see which wait.  Raises `StorageError`."""
        self._exact = await self._barrier.look()

    def asked(self) -> None:
        """Begin with the turn of these requests."""
        self._barrier.asked(exact=self._exact)
        self._standing = None
        self._begun = self._stopwatch()
        self._limits = self._limiter.current
        self._now = self._clock.now()
        self._time = timestamp(self._now).encode()

    @property
    def is_current(self) -> bool:
        """Whether the present turn is one of requests for which the store was asked."""
        return self._barrier.is_asked

    def answer(self, name: bytes, port: int) -> Repeated | None:
        """The answer of that name, if it still holds.  Only while `is_current`.

        Args:
            port: the client's; 0 if it has none.
        """
        derived = self._answers.get(name)
        if derived is None or not self._barrier.region.serves:
            return None
        kept: KeptAnswer = derived.value
        if not kept.since <= self._now < derived.until:
            return None
        if kept.standing is not None and not self._still(kept.standing):
            return None
        if kept.limits is not self._limits or (kept.counts and not self._limiter.allows(kept.counts)):
            return None  # whoever serves it counts it again, and refuses it
        id_ = self._ids().encode() if kept.fragments or kept.id_at >= 0 else b""
        shown = b"%d" % port if kept.has_port else b""
        sinks = tuple(sink for known in kept.sinks if (sink := known()) is not None)
        entry = self._audit.repeated(sinks, kept.fragments, self._time, id_, shown)
        kept.count.value += 1
        self._given += 1
        body, at = self._cipher.open(kept.nonce, kept.body, name) if kept.nonce else kept.body, kept.id_at
        if at > 0:
            return Repeated(entry, (kept.head, body[:at], id_, body[at:]))
        return Repeated(entry, (kept.head, id_, body) if at == 0 else (kept.head, body))

    def keep(self, answer: Answer, receipt: Receipt, name: bytes, head: bytes, body: bytes) -> None:
        """Keep an answer that was given, if it would be the same until something changes.

        Args:
            head: the header fields of the response. body: its body.
        """
        attempt, txn, exchange = receipt.attempt, receipt.attempt.txn, receipt.attempt.exchange
        made_at = attempt.request.received_at
        if txn.knows_the_time or txn.until <= made_at or len(body) > _LARGEST or not self._came_often(name):
            return
        before, number, after = body.partition(answer.request_id.encode())
        if answer.request_id.encode() in after:
            return
        id_at = len(before) if number else -1
        if before == _BEFORE_ID:
            head, body, id_at = head + before, after, 0
        elif number:
            body = before + after
        outcome = outcome_of(answer)
        sinks, missed = select(receipt.sinks, exchange)
        if missed:
            return  # which is counted each time
        fragments = [each for sink in sinks if (each := sink.fragments(exchange, outcome)) is not None]
        size = _OVERHEAD_BYTES + len(head) + len(body) + sum(each.size for each in fragments)
        if len(fragments) < len(sinks) or size > _LARGEST:
            return
        nonce, sealed = self._encrypted(body, name)
        kept = KeptAnswer(
            sinks=tuple(map(weakref.ref, sinks)),
            fragments=tuple(fragments),
            head=head,
            nonce=nonce,
            body=sealed,
            id_at=id_at,
            has_port=bool(attempt.request.port),
            counts=receipt.counts,
            limits=receipt.limits,
            standing=None,
            count=measuring.count_of(self._served, attempt.exchange),
            since=made_at,
        )
        self._keep(name, kept, txn, size)

    def keep_open(
        self, txn: Transaction, standing: object, name: bytes, head: bytes, body: bytes, *, counted: FrontCount
    ) -> None:
        """Keep an answer about the server itself, which anybody gets and no device is told of.

        Args:
            txn: what was read for it. standing: what else went into it. head, body: of the response.
            counted: how the request was counted.
        """
        if not self._came_often(name) or counted.headers:
            return
        count = self._served.request(*FRONT, Operation.READ)
        kept = KeptAnswer(
            sinks=(),
            fragments=(),
            head=head,
            nonce=b"",
            body=body,
            id_at=-1,
            has_port=False,
            counts=counted.counts,
            limits=counted.limits,
            standing=standing,
            count=count,
            since=0.0,
        )
        self._keep(name, kept, txn, _OVERHEAD_BYTES + len(head) + len(body))

    def _count(self) -> None:
        """Count the answers of a turn, which all took as long as it: their entries are written at its end."""
        if self._given:
            self._served.handled.add_many(self._stopwatch() - self._begun, self._given)
            self._given = 0

    def _came_often(self, name: bytes) -> bool:
        return self._came.get(name, 0) >= _OFTEN

    def _still(self, standing: object) -> bool:
        """Whether this process knows the same of itself.  Looked at once in a turn: it takes longer than all else."""
        if self._standing is None:
            self._standing = self._look()
        return self._standing == standing

    def _encrypted(self, text: bytes, name: bytes) -> tuple[bytes, bytes]:
        """The nonce and the ciphertext."""
        self._sealed += 1
        nonce = self._sealed.to_bytes(NONCE_BYTES, "big")
        return nonce, self._cipher.seal(nonce, text, name)

    def _keep(self, name: bytes, kept: KeptAnswer, txn: Transaction, size: int) -> None:
        try:
            derived = txn.derive(kept)
        except Restart:
            return  # something has changed already
        if derived is not None:
            self._barrier.cache.keep_answer(name, derived, size)

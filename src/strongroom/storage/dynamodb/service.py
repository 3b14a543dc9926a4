"""Signed requests to DynamoDB, and what is tried again within the caller's patience.

Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from strongroom.lib.aws import Credentials, Target
from strongroom.lib.aws.signing import Message, ready, signed
from strongroom.lib.clock import Clock
from strongroom.lib.errors import StorageError, UpstreamFailed
from strongroom.lib.outgoing import Reply
from strongroom.lib.rand import Random
from strongroom.lib.redaction import Redaction
from strongroom.storage.conditional.cells import ClockOffset, UnclearError
from strongroom.storage.conditional.endpoints import Endpoints
from strongroom.storage.dynamodb.messages import Failure, decode, encode

T = TypeVar("T")

_OK: Final = 200
_SERVER_FAULT: Final = 500
_VERSION: Final = "DynamoDB_20120810"
_TYPE: Final = "application/x-amz-json-1.0"
_FIRST_PAUSE_S: Final = 0.01
_LONGEST_PAUSE_S: Final = 0.5
_LONGEST_BUSY_PAUSE_S: Final = 0.08
"""A transaction under way takes some ten milliseconds."""
_EXPLANATION: Final = 400
_READ: Final = 4096
_ATTEMPT_PART: Final = 0.45
"""The part of the caller's patience that one attempt has, so that a lost answer leaves time for another."""

_THROTTLED: Final = frozenset(
    {
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingError",
        "ThrottlingException",
    }
)
"""Errors, and reasons of transactions, for more than the table's capacity."""
_BUSY: Final = frozenset({"TransactionConflict", "TransactionConflictException"})
"""Another transaction is under way, of which an item is part."""
_IN_PROGRESS: Final = "TransactionInProgressException"
"""An earlier attempt of the same transaction is under way."""
_EXPLAINED: Final = frozenset(
    {
        "AccessDeniedException",
        "LimitExceededException",
        "ResourceNotFoundException",
        "ResourceInUseException",
        "SerializationException",
        "UnrecognizedClientException",
        "ValidationException",
    }
)
"""Errors whose explanation may be logged.  That of a wrong signature repeats the headers that were signed."""
_OF_ACCESS: Final = frozenset(
    {
        "AccessDeniedException",
        "ExpiredTokenException",
        "IncompleteSignatureException",
        "InvalidSignatureException",
        "MissingAuthenticationTokenException",
        "UnrecognizedClientException",
    }
)


class RefusedError(StorageError):
    """DynamoDB refused a request, for a reason that doesn't pass.

    Args:
        failure: its answer.
        unclear: whether an earlier attempt of the same request may have been carried out.
    """

    def __init__(self, action: str, failure: Failure, *, unclear: bool, explanation: str) -> None:
        told = " ".join(filter(None, (", ".join(failure.codes) or "an error without a name", explanation)))
        text = "AWS refuses the storage's access to DynamoDB" if failure.code in _OF_ACCESS else "the store failed"
        super().__init__(text, detail=f"DynamoDB: {action}: {told}")
        self.code = failure.code
        self.reasons = [reason.code for reason in failure.reasons]
        self.unclear = unclear


class Service:
    """Asks DynamoDB of one region.

    Args:
        target: its address.
        endpoints: sends requests there.
        credentials: finds the access key; called for each request.
        clock: measures the patience.
        random: varies the pauses.
        patience_s: how long a request may take with all its attempts.
        pause: waits some seconds.
    """

    def __init__(
        self,
        target: Target,
        endpoints: Endpoints,
        credentials: Callable[[], Awaitable[Credentials]],
        clock: Clock,
        random: Random,
        *,
        patience_s: float,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._target = target
        self._endpoints = endpoints
        self._credentials = credentials
        self._clock = clock
        self._random = random
        self._patience_s = patience_s
        self._pause = pause
        self.throttled = 0
        """How often DynamoDB wanted fewer requests."""

    @staticmethod
    def attempt_s(patience_s: float) -> float:
        """How long one attempt may take."""
        return patience_s * _ATTEMPT_PART

    @property
    def clock_offset(self) -> ClockOffset | None:
        """What the newest answer told of its clock."""
        return self._endpoints.clock_offset

    async def close(self) -> None:
        """Close all connections."""
        await self._endpoints.close()

    async def ask(self, action: str, message: Any, form: type[T], *, writes: bool = False) -> T:
        """Send a request, again and again while it fails for what may pass.

        Args:
            action: the name of the operation.
            writes: whether it changes something.  Sending it twice must be as sending it once.

        Raises: `RefusedError`; `UnclearError` if it may have been carried out; `StorageError` if it surely wasn't.
        """
        content = encode(message)
        deadline = self._clock.monotonic() + self._patience_s - self.attempt_s(self._patience_s)
        unclear = False
        pause_s, longest_s = _FIRST_PAUSE_S, _LONGEST_PAUSE_S
        while True:
            try:
                reply, held = await self._sent(action, content, writes=writes)
            except UnclearError as error:
                unclear, failed = True, error.detail
            except StorageError as error:
                failed = error.detail or error.text
            else:
                if reply.status == _OK and (answer := _understood(reply, form)) is not None:
                    return answer
                failure = _failure(reply)
                # An answer without a code isn't DynamoDB's, and says nothing.
                doubtful = not failure.codes or reply.status >= _SERVER_FAULT or failure.code == _IN_PROGRESS
                unclear = unclear or (writes and doubtful)
                if not self._passes(reply, failure):
                    raise RefusedError(action, failure, unclear=unclear, explanation=_explanation(failure, held))
                failed = f"DynamoDB: {action}: {', '.join(failure.codes) or f'status {reply.status}'}"
                longest_s = _LONGEST_BUSY_PAUSE_S if _BUSY.issuperset(failure.codes) else _LONGEST_PAUSE_S
            wait_s = pause_s * (0.5 + self._random.bytes(1)[0] / 256)
            if self._clock.monotonic() + wait_s >= deadline:
                raise (UnclearError if unclear else StorageError)("the store failed", detail=failed)
            await self._pause(wait_s)
            pause_s = min(2 * pause_s, longest_s)

    async def _sent(self, action: str, content: bytes, *, writes: bool) -> tuple[Reply, Credentials]:
        headers = {"content-type": _TYPE, "x-amz-target": f"{_VERSION}.{action}"}
        try:
            await ready()
            held = await self._credentials()
            sent = signed(self._target, held, Message("POST", f"{self._target.url}/", headers, content))
        except UpstreamFailed as error:
            raise StorageError("the store failed", detail=error.detail or error.text) from error
        reply = await self._endpoints.ask("POST", "/", headers=sent, content=content, repeatable=not writes)
        return reply, held

    def _passes(self, reply: Reply, failure: Failure) -> bool:
        """Whether another attempt may succeed."""
        codes = set(failure.codes)
        if codes & _THROTTLED:
            self.throttled += 1
        if reply.status >= _SERVER_FAULT or reply.status == _OK:
            return True
        # A transaction with a failed condition is decided, whatever else there was.
        return bool(codes) and codes <= _THROTTLED | _BUSY | {_IN_PROGRESS}


def _explanation(failure: Failure, held: Credentials) -> str:
    """AWS's own, without what nobody may read in a log."""
    if failure.code not in _EXPLAINED or not failure.message.isprintable():
        return ""
    return Redaction([held.secret_key, held.session_token]).text(failure.message[:_READ])[:_EXPLANATION]


def _understood(reply: Reply, form: type[T]) -> T | None:
    try:
        return decode(reply.body, form)
    except StorageError:
        return None  # it is asked again


def _failure(reply: Reply) -> Failure:
    try:
        return decode(reply.body, Failure)
    except StorageError:
        return Failure("", f"status {reply.status}")

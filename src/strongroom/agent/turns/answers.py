"""What the server's answers about turns mean (p)."""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from strongroom.agent.upstream import reason_of
from strongroom.client.errors import (
    BadAnswer,
    BadRequest,
    ClientError,
    Denied,
    NotServing,
    RateLimited,
    ServerFailed,
    Unreachable,
)

S = TypeVar("S", bound=msgspec.Struct)


class TokenRefused(ClientError):
    """The server doesn't know the agent's token any more.  The session logs in again."""


class Kind(enum.Enum):
    """Why there is no turn."""

    WAIT = enum.auto()
    """Others have one."""
    AWAY = enum.auto()
    """The server doesn't answer, is sealed, or has too much to do; or the agent has to log in again."""
    DENIED = enum.auto()
    """The agent's policies don't allow it."""
    WRONG = enum.auto()
    """There is no such group, or the configuration is wrong in another way."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no turn.

    Attributes:
        reason: for people, in one line.
        after_s: when the server wants to be asked again; None if it doesn't say.
    """

    kind: Kind
    reason: str
    after_s: float | None = None


class _Turn(msgspec.Struct, frozen=True):
    turn: str
    number: int


class _Taken(msgspec.Struct, frozen=True):
    lease_id: str
    lease_duration: float
    data: _Turn


class _Renewed(msgspec.Struct, frozen=True):
    lease_duration: float


class _Waiting(msgspec.Struct, frozen=True):
    retry_after: float


class _Refused(msgspec.Struct, frozen=True):
    data: _Waiting


@dataclass(frozen=True, slots=True)
class Held:
    """A turn that this instance has.

    Attributes:
        number: greater than that of every earlier turn of the group.
        login: the number of the login whose token took it, and with which it ends.
        ends_at: by the monotonic clock, unless it is renewed.
    """

    turn: str
    number: int
    lease_id: str
    login: int
    ends_at: float


def held_of(answer: Any, login: int, asked_at: float) -> Held:
    """The turn that the server has given.

    Args:
        asked_at: when the request was sent, by the monotonic clock.

    Raises: `BadAnswer` if it isn't one.
    """
    taken = _converted(answer, _Taken)
    if not taken.lease_id:
        raise BadAnswer("the server has answered without a lease: it gives no turns at this path")
    return Held(taken.data.turn, taken.data.number, taken.lease_id, login, asked_at + taken.lease_duration)


def renewed_s(answer: Any) -> float:
    """For how many seconds a lease was renewed.  Raises `BadAnswer`."""
    return _converted(answer, _Renewed).lease_duration


def _converted(answer: Any, type_: type[S]) -> S:
    try:
        return msgspec.convert(answer, type_, strict=False)  # numbers come as they were written
    except msgspec.ValidationError as error:
        raise BadAnswer("the server's answer isn't that of an engine that gives turns") from error


def refusal_of(error: ClientError) -> Refusal:
    """Why a request for a turn has failed."""
    reason = reason_of(error)
    match error:
        case RateLimited(body=body):
            after_s = _retry_after_s(body)
            return Refusal(Kind.AWAY if after_s is None else Kind.WAIT, reason, after_s)
        case Unreachable() | NotServing() | ServerFailed() | TokenRefused():
            return Refusal(Kind.AWAY, reason)
        case Denied():
            return Refusal(Kind.DENIED, reason)
    return Refusal(Kind.WRONG, reason)


def _retry_after_s(body: str) -> float | None:
    """When to ask again, as the engine says; None of a quota, which says nothing in its body."""
    try:
        return msgspec.convert(json.loads(body), _Refused).data.retry_after
    except (ValueError, msgspec.ValidationError):
        return None


def is_gone(error: ClientError, left_s: float) -> bool:
    """Whether a lease that couldn't be renewed has ended, or can't be prolonged.

    Args:
        left_s: until it ends; negative if it has.  A server that is away doesn't end it, and gives the turn to nobody.
    """
    return isinstance(error, BadRequest) or (left_s <= 0 and refusal_of(error).kind is not Kind.AWAY)

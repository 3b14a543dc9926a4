"""An answer as it is kept in a file (p).

All times in a record are of the clock that all processes share: seconds since the epoch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Final, assert_never

import msgspec

from strongroom.agent.dependencies.certificate import Pems
from strongroom.agent.dependencies.dependency import Dependency, Kind, Pairs
from strongroom.agent.dependencies.moment import Moment
from strongroom.agent.dependencies.secret import Secret
from strongroom.agent.dependencies.state import Answer
from strongroom.agent.dependencies.terms import Expiring, Leased, Rotated, Static, Terms
from strongroom.template.values import Number

_NUMBER: Final = 1
"""The code of a number that keeps its spelling, among those that msgpack leaves to programs."""


class NoRecord(Exception):
    """These bytes are no record, or this answer can't be one.  The text says why, without a secret."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer of an earlier process.

    Attributes:
        origin: which server and namespace gave it.
        answer: its login is 0: which one it belongs to is said by the token.
        token: of the login that asked for it; empty if it isn't known.
        at: when it came, by the monotonic clock of this process.
    """

    origin: str
    dependency: Dependency
    answer: Answer
    token: str = field(repr=False)
    at: float


class _NoValue(msgspec.Struct, frozen=True, tag="none"):
    """The answer to a write that has none."""


class _SecretValue(msgspec.Struct, frozen=True, tag="secret"):
    secret: Secret


class _NamesValue(msgspec.Struct, frozen=True, tag="names"):
    names: list[str]


class _CertificateValue(msgspec.Struct, frozen=True, tag="certificate"):
    cert: str
    key: str
    ca: str
    chain: tuple[str, ...]
    begins_at: float
    ends_at: float
    serial: str


class _LeaseTerms(msgspec.Struct, frozen=True, tag="lease"):
    lease_id: str
    duration_s: float
    full_s: float
    renewable: bool
    granted_at: float


class _RotatedTerms(msgspec.Struct, frozen=True, tag="rotated"):
    at: float


class _ExpiringTerms(msgspec.Struct, frozen=True, tag="expiring"):
    begins_at: float
    ends_at: float


class _StaticTerms(msgspec.Struct, frozen=True, tag="static"):
    hint_s: float


_Value = _NoValue | _SecretValue | _NamesValue | _CertificateValue
_Terms = _LeaseTerms | _RotatedTerms | _ExpiringTerms | _StaticTerms


class _AnswerRecord(msgspec.Struct, frozen=True):
    origin: str
    kind: Kind
    path: str
    query: Pairs
    arguments: Pairs
    place: str
    value: _Value
    terms: _Terms
    token: str
    turn: int
    at: float


def _number(value: Any) -> msgspec.msgpack.Ext:
    if isinstance(value, Number):
        return msgspec.msgpack.Ext(_NUMBER, value.encode())
    raise TypeError(f"{type(value).__name__} can't be kept")


def _read_number(code: int, content: memoryview) -> Number:
    if code != _NUMBER:
        raise ValueError("an unknown kind of value")
    return Number(bytes(content).decode("ascii"))


_encoder: Final = msgspec.msgpack.Encoder(enc_hook=_number)
_decoder: Final = msgspec.msgpack.Decoder(_AnswerRecord, ext_hook=_read_number)


def encoded(kept: KeptAnswer, moment: Moment) -> bytes:
    """The record of an answer.  Raises `NoRecord` for one that can't be kept, as with texts that are no UTF-8."""
    behind_s, asked, answer = moment.clock - moment.at, kept.dependency, kept.answer
    try:
        return _encoder.encode(
            _AnswerRecord(
                origin=kept.origin,
                kind=asked.kind,
                path=asked.path,
                query=asked.query,
                arguments=asked.arguments,
                place=asked.place,
                value=_value_record(answer.value),
                terms=_terms_record(answer.terms, behind_s),
                token=kept.token,
                turn=answer.turn,
                at=kept.at + behind_s,
            )
        )
    except (UnicodeEncodeError, TypeError, RecursionError) as error:
        raise NoRecord(f"it can't be encoded: {type(error).__name__}") from None


def decoded(content: bytes, moment: Moment) -> KeptAnswer:
    """The answer of a record, with its times by this process's monotonic clock.

    Raises: `NoRecord` for any bytes that are none.
    """
    try:
        record = _decoder.decode(content)
        kept = _kept(record, moment.clock - moment.at)
    except (msgspec.MsgspecError, ValueError, TypeError, RecursionError) as error:
        raise NoRecord(f"it can't be decoded: {type(error).__name__}") from None
    if not all(map(math.isfinite, (kept.at, *_times(kept.answer)))):
        raise NoRecord("it has a time that is no number")
    return kept


def _kept(record: _AnswerRecord, behind_s: float) -> KeptAnswer:
    asked = Dependency(record.kind, record.path, record.query, record.arguments, record.place)
    answer = Answer(_value(record.value), _terms(record.terms, behind_s), turn=record.turn)
    return KeptAnswer(record.origin, asked, answer, record.token, record.at - behind_s)


def _value_record(value: Any) -> _Value:
    match value:
        case None:
            return _NoValue()
        case Secret():
            return _SecretValue(value)
        case list():
            return _NamesValue(value)
        case Pems():
            return _CertificateValue(
                value.cert,
                value.own_key,
                value.own_ca,
                value.own_chain,
                value.begins_at,
                value.ends_at,
                value.serial,
            )
    raise TypeError(f"{type(value).__name__} can't be kept")


def _value(record: _Value) -> Any:
    match record:
        case _NoValue():
            return None
        case _SecretValue(secret):
            return secret
        case _NamesValue(names):
            return names
        case _CertificateValue(cert, key, ca, chain, begins_at, ends_at, serial):
            return Pems(cert, key, ca, chain, begins_at, ends_at, serial)
    assert_never(record)


def _terms_record(terms: Terms, behind_s: float) -> _Terms:
    match terms:
        case Leased(lease_id, duration_s, full_s, renewable, granted_at):
            return _LeaseTerms(lease_id, duration_s, full_s, renewable, granted_at + behind_s)
        case Rotated(at):
            return _RotatedTerms(at + behind_s)
        case Expiring(begins_at, ends_at):
            return _ExpiringTerms(begins_at + behind_s, ends_at + behind_s)
        case Static(hint_s):
            return _StaticTerms(hint_s)
    assert_never(terms)


def _terms(record: _Terms, behind_s: float) -> Terms:
    match record:
        case _LeaseTerms(lease_id, duration_s, full_s, renewable, granted_at):
            return Leased(lease_id, duration_s, full_s, renewable, granted_at - behind_s)
        case _RotatedTerms(at):
            return Rotated(at - behind_s)
        case _ExpiringTerms(begins_at, ends_at):
            return Expiring(begins_at - behind_s, ends_at - behind_s)
        case _StaticTerms(hint_s):
            return Static(hint_s)
    assert_never(record)


def _times(answer: Answer) -> tuple[float, ...]:
    """All times of an answer."""
    own = (answer.value.begins_at, answer.value.ends_at) if isinstance(answer.value, Pems) else ()
    match answer.terms:
        case Leased(_, duration_s, full_s, _, granted_at):
            return (*own, duration_s, full_s, granted_at)
        case Rotated(at):
            return (*own, at)
        case Expiring(begins_at, ends_at):
            return (*own, begins_at, ends_at)
        case Static(hint_s):
            return (*own, hint_s)
    assert_never(answer.terms)

"""What regions say to each other (values only), in MessagePack, over TLS by which each end proves itself."""

from __future__ import annotations

import base64
from typing import Annotated, Final, TypeVar

import msgspec
from msgspec import Meta

from strongroom.lib.errors import InvalidRequest
from strongroom.storage.keys import KEY_BYTES

MOST_KEYS: Final = 2048
"""Keys of one answer, but for a single commit that has more."""
MOST_ROWS: Final = 8192
"""Rows of one answer: `MOST_KEYS`, and what the last commit has beyond."""
MOST_NAMED: Final = 4096
"""Keys that a head names; more are only counted."""
MOST_TERM: Final = 1 << 53
MOST_BYTES: Final = 64 << 20
"""Of one answer.  A single commit of a store has 32 MiB at the most."""
WAIT_S: Final = 10.0
"""How long the first region waits for something new before it answers that there is nothing."""

ENROL, HEAD, ROWS, PAGE, KEY, PROMOTED, LEAVE = (
    "/region/enrol",
    "/region/head",
    "/region/rows",
    "/region/page",
    "/region/key",
    "/region/promoted",
    "/region/leave",
)
_Text = Annotated[str, Meta(max_length=4096)]
_Pem = Annotated[str, Meta(max_length=8192)]
_Key = Annotated[str, Meta(min_length=1, max_length=KEY_BYTES)]
_Value = Annotated[bytes, Meta(max_length=16 << 20)]
_Time = Annotated[float, Meta(ge=0, le=1e11)]
"""Seconds since the epoch, by the clock of who says it."""
_Count = Annotated[int, Meta(ge=0, le=1 << 32)]
_Term = Annotated[int, Meta(ge=0, le=MOST_TERM)]
# It is shown to clients of the other region.
_Address = Annotated[str, Meta(max_length=1024, pattern=r"\A[^\x00-\x20\x7f]*\Z")]
_HostPort = Annotated[str, Meta(max_length=300, pattern=r"\A[^\x00-\x20\x7f/@?#\\]+:[0-9]{1,5}\Z")]


class Point(msgspec.Struct, frozen=True):
    """A commit, by number and id."""

    number: Annotated[int, Meta(ge=0, le=(1 << 63) - 1)]
    id: Annotated[bytes, Meta(max_length=64)]


class Enrol(msgspec.Struct, frozen=True):
    """Ask to follow, by a token that works once."""

    secret: Annotated[bytes, Meta(max_length=64)]
    request: _Text
    """For a certificate, in PEM."""
    public_key: Annotated[bytes, Meta(min_length=32, max_length=32)]
    cluster_id: _Text

    def __repr__(self) -> str:
        return "Enrol(…)"


class Enrolled(msgspec.Struct, frozen=True):
    """The answer: what a region needs to follow."""

    certificate: _Pem
    root_key: Annotated[bytes, Meta(max_length=256)]
    """Encrypted to the region's key."""
    keyring: _Value
    """The keyring's row."""
    cluster_id: _Text
    term: _Term
    api_address: _Address
    name: _Text

    def __repr__(self) -> str:
        return "Enrolled(…)"


class Ask(msgspec.Struct, frozen=True):
    """Ask for what comes after a commit."""

    term: _Term
    since: Point
    limit: int = 64
    wait: bool = False
    reached: Point | None = None
    """What the region has, if that is to be noted."""
    as_of: _Time = 0.0


class HeadSaid(msgspec.Struct, frozen=True):
    """The newest commit, and the keys that were changed since."""

    head: Point
    at: _Time
    """The first region's clock before it asked its store."""
    keys: Annotated[tuple[_Key, ...], Meta(max_length=MOST_NAMED)]
    count: _Count
    api_address: _Address


class RowsSaid(msgspec.Struct, frozen=True):
    """Rows, all of one revision."""

    head: Point
    through: Point
    at: _Time
    rows: Annotated[dict[_Key, _Value | None], Meta(max_length=MOST_ROWS)]


class AskPage(msgspec.Struct, frozen=True):
    """Ask for the next rows of a whole copy."""

    term: _Term
    after: Annotated[str, Meta(max_length=KEY_BYTES)]
    limit: int


class PageSaid(msgspec.Struct, frozen=True):
    """Rows in the order of their keys; none at the end."""

    rows: Annotated[dict[_Key, _Value], Meta(max_length=MOST_KEYS)]
    last: Annotated[str, Meta(max_length=KEY_BYTES)]
    """Where to go on; empty at the end."""


class KeyAsked(msgspec.Struct, frozen=True):
    """Ask for the root key, which was replaced while this region heard nothing."""

    term: _Term


class KeySaid(msgspec.Struct, frozen=True):
    """The root key, encrypted to the region's key."""

    root_key: Annotated[bytes, Meta(max_length=256)]

    def __repr__(self) -> str:
        return "KeySaid(…)"


class Promoted(msgspec.Struct, frozen=True):
    """Tell the former first region that it is that no more."""

    term: _Term
    commit: Point
    api_address: _Address


class PromotedSaid(msgspec.Struct, frozen=True):
    """What the former first region has changed since that commit."""

    head: Point
    known: bool
    """Whether its feed reaches back that far."""
    keys: Annotated[tuple[_Key, ...], Meta(max_length=MOST_NAMED)]
    count: _Count


class Refused(msgspec.Struct, frozen=True):
    """Why there is no answer."""

    reason: Annotated[str, Meta(max_length=32)]
    """`enrolment`, `stranger`, `gone`, `lost`, `term`, `fenced`, `busy` or `unavailable`."""
    text: _Text
    term: _Term = 0


class TokenContent(msgspec.Struct, frozen=True):
    """What an enrolment token holds."""

    address: _HostPort
    authority: _Pem
    secret: Annotated[bytes, Meta(max_length=64)]

    def __repr__(self) -> str:
        return f"TokenContent(address={self.address})"


_PREFIX: Final = "srr."
_MOST_TOKEN: Final = 8192

M = TypeVar("M", bound=msgspec.Struct)
encode = msgspec.msgpack.encode


def decode(content: bytes, type_: type[M]) -> M:
    """A message.  Raises `InvalidRequest` for anything else."""
    try:
        return msgspec.msgpack.decode(content, type=type_)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequest(f"this is no {type_.__name__}") from error


def shown_token(content: TokenContent) -> str:
    """An enrolment token as text."""
    return _PREFIX + base64.urlsafe_b64encode(encode(content)).decode().rstrip("=")


def parse_token(text: str) -> TokenContent:
    """What an enrolment token holds.  Raises `InvalidRequest`."""
    if not text.startswith(_PREFIX) or len(text) > _MOST_TOKEN:
        raise InvalidRequest("this is no enrolment token of a region")
    body = text.removeprefix(_PREFIX)
    try:
        content = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise InvalidRequest("this is no enrolment token of a region") from error
    return decode(content, TokenContent)

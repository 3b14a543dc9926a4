"""`S3Client`: the requests for single objects, and what is tried again.

Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

import msgspec

from strongroom.lib.aws.api import AwsBusy, AwsRefused, reason
from strongroom.lib.aws.credentials import Credentials
from strongroom.lib.aws.s3.bucket import Bucket
from strongroom.lib.aws.signing import Message, ready, signed
from strongroom.lib.aws.xml import Element, parse_xml
from strongroom.lib.errors import Unreachable, UpstreamFailed
from strongroom.lib.outgoing import Http, Reply

_TEMPORARY = frozenset({429, 500, 502, 503, 504})
_CONFLICT = "ConditionalRequestConflict"
"""Another request for the same key was under way.  S3 asks for another attempt.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""
_THROTTLED = frozenset({"SlowDown", "RequestLimitExceeded", "Throttling", "TooManyRequests"})
_RETRIES = 4
_FIRST_PAUSE_S = 0.05
_OK, _NO_CONTENT, _PARTIAL, _ABSENT, _PRECONDITION, _NO_RANGE = 200, 204, 206, 404, 412, 416
_PAGE = 1000
"""Keys of one page of a listing, S3's own limit."""


class AlreadyThere(AwsRefused):
    """A conditional put found an object.

    It may be the caller's own: the answer to an earlier attempt was lost, and the attempt was repeated.
    """


class S3Object(msgspec.Struct, frozen=True):
    """An object, or a part of one."""

    body: bytes
    etag: str
    date: float
    """When S3 answered, by its clock, in whole seconds since the epoch; 0 if it didn't say."""
    modified: float
    """When the object was put, by the same clock; 0 if S3 didn't say."""
    total: int
    """The size of the whole object."""

    def __repr__(self) -> str:
        return f"S3Object({len(self.body)} bytes)"


class Absent(msgspec.Struct, frozen=True):
    """There is no such object."""

    date: float
    """As in `S3Object`."""


class Stored(msgspec.Struct, frozen=True):
    """What S3 says of an object that it has taken."""

    etag: str
    date: float
    """As in `S3Object`."""


class Listed(msgspec.Struct, frozen=True):
    """An object in a listing."""

    key: str
    size: int
    modified: float
    """As in `S3Object`."""

    def below(self, prefix: str) -> Listed:
        """The same without the beginning of its key."""
        return Listed(self.key.removeprefix(prefix), self.size, self.modified)


class Page(msgspec.Struct, frozen=True):
    """A part of a listing, sorted by the bytes of the keys."""

    objects: list[Listed]
    whole: bool
    """Whether nothing comes after it."""
    date: float
    """As in `S3Object`."""


class S3Client:
    """Asks for the objects of one bucket.

    S3 is strongly consistent: what was put is seen by each later request, listings included.  A failure that may pass
    is tried again, and so is a request whose answer was lost.

    Args:
        bucket: its address.
        credentials: finds the access key; called for each request.
        http: sends the requests.  Its limits of time and size hold for each.
        pause: waits some seconds before another attempt.
        retries: how many more attempts a request has.
    """

    def __init__(
        self,
        bucket: Bucket,
        credentials: Callable[[], Awaitable[Credentials]],
        http: Http,
        *,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        retries: int = _RETRIES,
    ) -> None:
        self.bucket = bucket
        self._credentials = credentials
        self._http = http
        self._pause = pause
        self._retries = retries
        self.throttled = 0
        """How often S3 wanted fewer requests."""

    async def get(self, key: str, *, first: int = 0, length: int = 0) -> S3Object | None:
        """An object, or a part of it; None if there is none.

        Args:
            first: the offset of the part. length: its size; 0 for everything from there.

        Raises: `AwsRefused`, `UpstreamFailed`.
        """
        found = await self.find(key, first=first, length=length)
        return found if isinstance(found, S3Object) else None

    async def find(self, key: str, *, first: int = 0, length: int = 0) -> S3Object | Absent:
        """The same; of an object that isn't there, when that was."""
        headers = {}
        if first or length:
            headers["Range"] = f"bytes={first}-{first + length - 1 if length else ''}"
        accepted = (_OK, _PARTIAL, _ABSENT, _NO_RANGE) if headers else (_OK, _ABSENT)
        reply = await self._ask("GET", key, headers=headers, accepted=accepted)
        if reply.status == _ABSENT:
            if reason(reply.body)[0] == "NoSuchBucket":
                raise self._refused("GetObject", reply)
            return Absent(_time(reply, "date"))
        if headers and reply.status == _OK:
            raise UpstreamFailed("S3 gave no usable answer", detail="the whole object instead of a part")
        # An object ends before the part, as an empty one always does.
        body = b"" if reply.status == _NO_RANGE else reply.body
        total = _whole(reply, first) if headers else len(body)
        modified = _time(reply, "last-modified")
        return S3Object(body, reply.headers.get("etag", ""), _time(reply, "date"), modified, total)

    async def put(self, key: str, content: bytes, *, if_absent: bool = False) -> Stored:
        """Write an object.

        Args:
            if_absent: whether only to do so if there is none.  Of several such requests exactly one succeeds.

        Raises: `AlreadyThere`, `AwsRefused`; `Unreachable` if it isn't known whether it was written.
        """
        headers = {"Content-Type": "application/octet-stream", **self.encryption()}
        if if_absent:
            headers["If-None-Match"] = "*"
        reply = await self._ask("PUT", key, headers=headers, content=content, accepted=(_OK,))
        return Stored(reply.headers.get("etag", ""), _time(reply, "date"))

    async def delete(self, key: str) -> None:
        """Remove an object.  One that isn't there is no error.  Raises `AwsRefused`, `UpstreamFailed`."""
        await self._ask("DELETE", key, accepted=(_OK, _NO_CONTENT, _ABSENT))

    async def list(self, prefix: str, after: str = "", limit: int = _PAGE) -> Page:
        """The objects whose keys begin with `prefix`, after the key `after`.  Raises `AwsRefused`, `UpstreamFailed`."""
        query = {"list-type": "2", "prefix": prefix, "max-keys": str(min(limit, _PAGE))}
        if after:
            query["start-after"] = after
        reply = await self._ask("GET", "", query=query, accepted=(_OK,))
        root = parse_xml(reply.body)
        objects = [_listed(each) for each in root.children if each.name == "Contents"]
        return Page(objects, root.value("IsTruncated") != "true", _time(reply, "date"))

    async def list_all(self, prefix: str, after: str = "", most: int = 100_000) -> Page:
        """The same, of however many pages.  Raises `UpstreamFailed` if there are more than `most`."""
        found: list[Listed] = []
        while True:
            page = await self.list(prefix, after)
            found += page.objects
            if page.whole or not page.objects:
                return Page(found, True, page.date)
            if len(found) > most:
                raise UpstreamFailed("S3 gave no usable answer", detail=f"more than {most} objects below {prefix!r}")
            after = page.objects[-1].key

    def encryption(self) -> Mapping[str, str]:
        """The headers of a new object that say how S3 encrypts it."""
        key = self.bucket.kms_key_id
        way = self.bucket.encryption or ("aws:kms" if key else "")
        headers = {"x-amz-server-side-encryption": way} if way else {}
        return {**headers, "x-amz-server-side-encryption-aws-kms-key-id": key} if key else headers

    async def multipart(
        self, verb: str, key: str, query: Mapping[str, str], *, content: bytes = b"", new: bool = False
    ) -> tuple[Element | None, str]:
        """A request of an upload in parts: the answer's element, if it has one, and the part's tag.

        Args:
            new: whether it begins an upload.

        Raises: `AwsRefused`, `UpstreamFailed`.
        """
        headers = {"Content-Type": "application/octet-stream", **(self.encryption() if new else {})}
        reply = await self._ask(verb, key, query=query, headers=headers, content=content, accepted=(_OK, _NO_CONTENT))
        root = parse_xml(reply.body) if reply.body.strip() else None
        if root is not None and root.name == "Error":  # an upload's end may fail after the status was sent
            raise self._refused(f"{verb} of a part", reply)
        return root, reply.headers.get("etag", "")

    async def _ask(
        self,
        verb: str,
        key: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes = b"",
        accepted: tuple[int, ...],
    ) -> Reply:
        """A response with one of the accepted statuses, of one of the attempts."""
        url = self.bucket.url(key, query)
        message = Message(verb, url, headers or {}, content)
        await ready()
        for attempt in range(self._retries + 1):
            if attempt:
                await self._pause(_FIRST_PAUSE_S * 2 ** (attempt - 1))
            sent = signed(self.bucket.target, await self._credentials(), message)
            try:
                reply = await self._http.ask(verb, url, headers=sent, content=content)
            except Unreachable:
                if attempt == self._retries:
                    raise
                continue
            if reply.status in accepted:
                return reply
            code = reason(reply.body)[0]
            if code in _THROTTLED or reply.status in {429, 503}:
                self.throttled += 1
            elif reply.status not in _TEMPORARY and code != _CONFLICT:
                break
        raise self._refused(_ACTIONS[verb], reply)

    def _refused(self, action: str, reply: Reply) -> AwsRefused:
        code, explanation = reason(reply.body)
        if code == "Unknown":
            code = f"status {reply.status}"
        region = reply.headers.get("x-amz-bucket-region", "")[:40]
        if region.isprintable() and region not in {"", self.bucket.target.region}:
            explanation = f"the bucket is in the region {region}"
        if reply.status == _PRECONDITION:
            return AlreadyThere(action, code, reply.status, explanation)
        if reply.status in _TEMPORARY or code == _CONFLICT:
            return AwsBusy(action, code, reply.status, explanation)
        return AwsRefused(action, code, reply.status, explanation)


_ACTIONS = {"GET": "to read from S3", "PUT": "to write to S3", "DELETE": "to remove from S3", "POST": "to write to S3"}


def _listed(element: Element) -> Listed:
    size = element.value("Size")
    try:
        modified = datetime.fromisoformat(element.value("LastModified")).timestamp()
    except ValueError as error:
        raise UpstreamFailed("S3 gave no usable answer", detail="a listing without times") from error
    if not element.value("Key") or not size.isdecimal():
        raise UpstreamFailed("S3 gave no usable answer", detail="a listing without keys or sizes")
    return Listed(element.value("Key"), int(size), modified)


def _whole(reply: Reply, first: int) -> int:
    """The size of the object that a part is of."""
    whole = reply.headers.get("content-range", "").rpartition("/")[2]
    if whole.isdecimal():
        return int(whole)
    if reply.status == _NO_RANGE and not first:
        return 0
    raise UpstreamFailed("S3 gave no usable answer", detail="a part without the size of the whole")


def _time(reply: Reply, header: str) -> float:
    try:
        return parsedate_to_datetime(reply.headers.get(header, "")).timestamp()
    except ValueError:
        return 0.0

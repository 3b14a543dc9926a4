"""`sys/pprof`: where this process spends its time and memory.

The profiles are of the process that answers, which is one of the node's workers.  What Go's server tells of its own
runtime has no counterpart in Python, and is empty.

Source: https://developer.hashicorp.com/vault/api-docs/system/pprof
"""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Final

from strongroom.lib.errors import InvalidRequest
from strongroom.lib.profiling import taking
from strongroom.lib.profiling.profile import Profile
from strongroom.sdk import path
from strongroom.sdk.fields import Body, Doc
from strongroom.sdk.request import Request
from strongroom.sdk.response import RawBody, Response
from strongroom.sysapi.context import SystemEngine

_LONGEST_S: Final = 60
_TEXT: Final = "text/plain; charset=utf-8"
_BINARY: Final = "application/octet-stream"
_NAMES: Final = {
    "allocs": "What was allocated within `seconds` (1) and is still there, by where.",
    "block": "Empty. It is of Go's runtime.",
    "cmdline": "The command line, with NUL between its words, without values that may be secret.",
    "goroutine": "Where the threads are, and where the tasks wait.",
    "heap": "The objects in memory, by type.",
    "mutex": "Empty. It is of Go's runtime.",
    "profile": "Where the threads are every hundredth of a second, for `seconds` (30).",
    "symbol": "Frames carry their names already.",
    "threadcreate": "Where the threads are.",
}


class ProfileBody(Body, frozen=True):
    """How long to look, and in which form to tell."""

    seconds: Annotated[int | None, Doc(description="How long to look.")] = None
    debug: Annotated[int, Doc(description="0 for the form of `go tool pprof`, 1 or more for text.")] = 0


class ProfilePaths(SystemEngine):
    """Profiles of this process."""

    @path.read("pprof", sudo=True, root_only=True)
    async def list_profiles(self, request: Request) -> Response | None:
        """Lists the profiles that can be taken."""
        lines = [f"{name}: {meaning}\n" for name, meaning in _NAMES.items()]
        return Response(raw=RawBody("".join(lines).encode(), _TEXT))

    @path.read("pprof/cmdline", sudo=True, root_only=True)
    async def command_line(self, request: Request) -> Response | None:
        """Reads the command line of this process, with NUL between its words, without values that may be secret."""
        return Response(raw=RawBody("\0".join(map(_plain, sys.orig_argv)).encode(), _TEXT))

    @path.read("pprof/symbol", sudo=True, root_only=True)
    async def symbols(self, request: Request) -> Response | None:
        """Tells that frames carry their names already."""
        return Response(raw=RawBody(b"num_symbols: 1\n", _TEXT))

    @path.read("pprof/goroutine", sudo=True, root_only=True)
    async def running(self, request: Request, body: ProfileBody) -> Response | None:
        """Shows where the threads of this process are, and where its tasks wait."""
        return _told(request.once("running", taking.running), body)

    @path.read("pprof/threadcreate", sudo=True, root_only=True)
    async def threads(self, request: Request, body: ProfileBody) -> Response | None:
        """Shows where the threads of this process are."""
        return _told(request.once("threads", taking.threads), body)

    @path.read("pprof/profile", sudo=True, root_only=True)
    async def processor(self, request: Request, body: ProfileBody) -> Response | None:
        """Samples where the threads of this process are, for some seconds."""
        return _taken(request, body, partial(taking.processor, _seconds(body, 30)))

    @path.read("pprof/heap", sudo=True, root_only=True)
    async def objects(self, request: Request, body: ProfileBody) -> Response | None:
        """Counts the objects in memory by type, of very many a part."""
        return _taken(request, body, taking.objects)

    @path.read("pprof/allocs", sudo=True, root_only=True)
    async def allocations(self, request: Request, body: ProfileBody) -> Response | None:
        """Records what is allocated for some seconds, in which this process is slower."""
        return _taken(request, body, partial(taking.allocations, _seconds(body, 1)))

    @path.read("pprof/block", sudo=True, root_only=True)
    @path.read("pprof/mutex", sudo=True, root_only=True)
    async def nothing_taken(self, request: Request, body: ProfileBody) -> Response | None:
        """An empty profile: Go's runtime can tell of locks, Python can't."""
        return _told(taking.nothing(request.path.rpartition("/")[2]), body)


def _taken(request: Request, body: ProfileBody, take: Callable[[], Awaitable[Profile]]) -> Response:
    return _told(request.once.outside("profile", take), body)


def _told(profile: Profile, body: ProfileBody) -> Response:
    if body.debug:
        return Response(raw=RawBody(profile.as_text(), _TEXT))
    return Response(raw=RawBody(profile.as_gzip(), _BINARY))


def _seconds(body: ProfileBody, default: int) -> int:
    if body.seconds is None:
        return default
    if not 1 <= body.seconds <= _LONGEST_S:
        raise InvalidRequest(f"seconds must be in the range [1,{_LONGEST_S}]")
    return body.seconds


def _plain(word: str) -> str:
    """A word of the command line without the value of an option that may be secret."""
    name, equals, _ = word.partition("=")
    secret = equals and any(part in name.lower() for part in ("token", "password", "secret", "key"))
    return f"{name}=…" if secret else word

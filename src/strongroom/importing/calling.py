"""Requests to one server: at a pace, patient with what passes, and never with a secret in an error's text."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from strongroom.client.client import Client
from strongroom.client.errors import (
    BadAnswer,
    BadRequest,
    BadSettings,
    Denied,
    Missing,
    NotServing,
    RateLimited,
    ResponseError,
    ServerFailed,
    Unreachable,
    Unsupported,
)
from strongroom.client.settings import Settings

_FIRST_PAUSE_S: Final = 0.25
_LONGEST_PAUSE_S: Final = 8.0
_STALE: Final = 412
"""A node that doesn't know yet what another has answered."""
_ERROR_CHARACTERS: Final = 300
"""Of a server's error text, which is shown."""
_EXPIRED: Final = "the token has expired, or was revoked"
_NO_NAMES: Final = frozenset({"", ".", ".."})
"""Segments that a path may not have: the client shortens the path by them, as any client does."""


class Refused(Exception):
    """The token may not do this."""


class Rejected(Exception):
    """The server won't: the request breaks a rule of the path.  The text is the server's, and short."""


class Absent(Exception):
    """Nothing is there, or the server has no such path."""


class Unreadable(Absent):
    """The path is an operation and no object: the server has it, but not for reading."""


class Lost(Exception):
    """The server gives no answer any more, or the token has ended: nothing further can be had."""


@dataclass(frozen=True, slots=True)
class Pacing:
    """How a server is asked.

    Attributes:
        per_second: requests, at most; 0 for as many as come.
        patience_s: for how long a request is tried again while the server is busy, sealed or away.
    """

    per_second: float = 0.0
    patience_s: float = 30.0


class Caller:
    """Sends requests to one server, from several threads.

    Args:
        settings: where it is, with a token; its namespace is the one that all others are below.
        pacing: how fast, and how patiently.
        sleep: waits, in seconds.
        clock: monotonic, in seconds.
    """

    def __init__(
        self,
        settings: Settings,
        pacing: Pacing = Pacing(),
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        # The client's own retries know nothing of a run's patience.
        self._settings = replace(settings, max_retries=0, wrap_ttl="")
        self._pacing = pacing
        self._sleep = sleep
        self._clock = clock
        self._lock = threading.Lock()
        self._next = 0.0
        self._clients: dict[str, Client] = {}
        self._looks_up = False
        self.requests = 0
        """How many were sent."""

    @property
    def address(self) -> str:
        """Where the server is, and in which namespace all others are."""
        root = self._settings.namespace.strip("/")
        return f"{self._settings.address.rstrip('/')}{f' namespace {root}/' if root else ''}"

    def get(self, namespace: str, path: str, query: tuple[tuple[str, str], ...] = ()) -> dict[str, Any]:
        """The answer to a GET.  Raises `Absent`, `Refused`, `Rejected`, `Lost`."""
        _check_stays(namespace, path)
        answer = self._patiently(namespace, lambda client: client.read(path, query))
        if answer is None:
            raise Absent
        return dict(answer)

    def list(self, namespace: str, path: str) -> dict[str, Any]:
        """The answer to a listing.  Raises as `get`."""
        return self.get(namespace, path, (("list", "true"),))

    def put(self, namespace: str, path: str, body: Any) -> dict[str, Any]:
        """The answer to a write, empty if there was none.  Raises as `get`."""
        _check_stays(namespace, path)
        return dict(self._patiently(namespace, lambda client: client.write(path, body)) or {})

    def _client(self, namespace: str) -> Client:
        with self._lock:
            if namespace not in self._clients:
                whole = "/".join(filter(None, (self._settings.namespace.strip("/"), namespace.strip("/"))))
                self._clients[namespace] = Client(replace(self._settings, namespace=whole))
            return self._clients[namespace]

    def _wait_turn(self) -> None:
        with self._lock:
            self.requests += 1
            if not self._pacing.per_second:
                return
            now = self._clock()
            at = max(now, self._next)
            self._next = at + 1 / self._pacing.per_second
        if at > now:
            self._sleep(at - now)

    def _patiently(self, namespace: str, ask: Callable[[Client], Any]) -> Any:
        client = self._client(namespace)
        until = self._clock() + self._pacing.patience_s
        pause = _FIRST_PAUSE_S
        while True:
            self._wait_turn()
            try:
                return ask(client)
            except (RateLimited, NotServing, ServerFailed, Unreachable, ResponseError) as error:
                if not _passes(error):
                    raise self._meant(error) from None
                if self._clock() + pause > until:
                    raise _ended(error) from None
            except (BadAnswer, BadSettings) as error:
                raise Rejected(str(error)[:_ERROR_CHARACTERS]) from None
            # Many threads meet the same refusal, and mustn't all come back at once.
            self._sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - only spreads retries
            pause = min(pause * 2, _LONGEST_PAUSE_S)

    def _meant(self, error: ResponseError | Unreachable) -> Exception:
        match error:
            case Denied():
                return Refused(_text(error)) if self._token_lives() else Lost(_EXPIRED)
            case Unsupported():
                return Unreadable(_text(error))
            case Missing():
                return Absent(_text(error))
            case BadRequest():
                return Rejected(_text(error))
            # OpenBao answers so if the token ends while the request is being answered.
            case ServerFailed() if not self._token_lives():
                return Lost(_EXPIRED)
        return Rejected(f"status {error.status}: {_text(error)}" if isinstance(error, ResponseError) else str(error))

    def look_up_token(self) -> None:
        """Note whether the token may look itself up: if it can no more later, it has ended.

        A 403 alone doesn't say which of both it is, and servers word it differently.

        Raises: `Lost` if the server doesn't answer.
        """
        try:
            self.get("", "auth/token/lookup-self")
        except (Refused, Absent, Rejected):
            self._looks_up = False
        else:
            self._looks_up = True

    def _token_lives(self) -> bool:
        """Whether the token can still look itself up, if it ever could.  Raises `Lost`."""

        def ask(client: Client) -> bool:
            try:
                client.read("auth/token/lookup-self")
            except Denied:
                return False
            return True

        try:
            return not self._looks_up or bool(self._patiently("", ask))
        except (Absent, Rejected):
            return True


def _check_stays(namespace: str, path: str) -> None:
    """Raise `Rejected` for a place that isn't where its text says.

    Names come from the source, which may be hostile: a secret of kv that is called `../sys/policies/acl/admin` would be
    written as a policy, although only secrets were to move.
    """
    segments = namespace.strip("/").split("/") if namespace.strip("/") else []
    segments += path.removesuffix("/").split("/")
    if any(segment in _NO_NAMES for segment in segments) or not namespace.isprintable():
        raise Rejected("no path has such segments: its name would lead elsewhere")


def _passes(error: ResponseError | Unreachable) -> bool:
    """Whether the same request may be answered later."""
    if isinstance(error, Unreachable | RateLimited | NotServing):
        return True
    return error.status == _STALE or error.status >= 502 or (error.status == 500 and not error.errors)


def _ended(error: ResponseError | Unreachable) -> Exception:
    if isinstance(error, RateLimited):
        return Rejected("the server's rate limit leaves no room; lower -rate")
    if isinstance(error, Unreachable):
        return Lost(error.reason)
    said = f": {_text(error)}" if error.errors else ""
    return Lost(f"it answers with status {error.status}{said}")


def _text(error: ResponseError) -> str:
    """What the server says, in one line: without the request, whose path and body aren't the report's to repeat."""
    said = "; ".join(" ".join(text.split()) for text in error.errors or ()) or f"status {error.status}"
    return said[:_ERROR_CHARACTERS]

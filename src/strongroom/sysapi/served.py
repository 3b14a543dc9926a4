"""What a process has served: requests by kind, and how long they took.  Every request adds to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import cycle
from typing import Final

from strongroom.lib.timings import Timings
from strongroom.sdk.engine import Engine
from strongroom.sdk.request import Operation
from strongroom.services.mounts import AUTH, SECRET

STAGES: Final = ("decide", "engine", "commit", "outside", "audit")
"""The parts of a request's time: until it is allowed or not; the engine; the commit; other systems; the audit log."""
ONE_IN: Final = 16
"""Of so many requests, the stages of one are measured."""
LOGIN_RESULTS: Final = ("succeeded", "failed")
TOKEN_TYPES: Final = ("service", "batch")
NOWHERE: Final = ("none", "none")
"""Stands for the mount of a request that leads to none."""
FRONT: Final = (SECRET, "system")
"""The mount of what is answered in every state: `sys/health`, `sys/seal-status`."""

Mounted = tuple[str, str]
"""The table and the type of a mount."""


class Count:
    """A number that grows."""

    __slots__ = ("value",)

    def __init__(self) -> None:
        self.value = 0


class Stages:
    """When a request came to each stage, in seconds of some clock; 0 if it didn't.

    Of a request that ran several times, those of the last attempt.
    """

    __slots__ = ("answered_at", "asks_others", "begun_at", "committed_at", "decided_at", "worked_at")

    def __init__(self, begun_at: float) -> None:
        self.begun_at = begun_at
        self.asks_others = False
        """Whether other systems are asked after the commit."""
        self.decided_at = self.answered_at = self.committed_at = self.worked_at = 0.0


class Served:
    """The counts of one process, since it started.

    Args:
        engines: all that can be mounted, by table and type.  Every kind of request that they serve is counted from 0,
            so that the first one is seen as a change.

    Attributes:
        requests: by the mount's table and type, and by operation.
        handled: how long requests took, but for logins.
        login_handled: the same of requests to auth methods without a token.
        stages: how long each of `STAGES` took.
        logins: by the auth method's type, and by one of `LOGIN_RESULTS`.
        tokens: that were made, by the auth method's type, and by one of `TOKEN_TYPES`.
        recalled: requests that were allowed by a decision that was remembered.
        decided: requests that were decided anew.
        samples: tells for one request after the other whether its stages are measured.
    """

    __slots__ = (
        "decided",
        "handled",
        "login_handled",
        "logins",
        "recalled",
        "requests",
        "samples",
        "stages",
        "tokens",
    )

    def __init__(self, engines: Mapping[Mounted, Engine]) -> None:
        self.requests: dict[tuple[str, str, Operation], Count] = {
            (*mounted, operation): Count() for mounted, engine in engines.items() for operation in _operations(engine)
        }
        self.requests |= {(*NOWHERE, operation): Count() for operation in _WITHOUT_MOUNT}
        self.handled = Timings()
        self.login_handled = Timings()
        self.stages = {stage: Timings() for stage in STAGES}
        methods = [type_ for table, type_ in engines if table == AUTH]
        self.logins = _counts(methods, LOGIN_RESULTS)
        self.tokens = _counts(methods, TOKEN_TYPES)
        self.samples = cycle((True, *[False] * (ONE_IN - 1)))
        self.recalled = 0
        self.decided = 0

    def request(self, table: str, type_: str, operation: Operation) -> Count:
        """The count of one kind of requests."""
        key = table, type_, operation
        count = self.requests.get(key)
        if count is None:
            count = self.requests[key] = Count()
        return count

    def login(self, method: str, *, succeeded: bool) -> None:
        """Count a login."""
        self.logins.setdefault((method, LOGIN_RESULTS[not succeeded]), Count()).value += 1

    def token(self, method: str, kind: str) -> None:
        """Count a token that was made.

        Args:
            method: the type of the auth method.
            kind: one of `TOKEN_TYPES`.
        """
        self.tokens.setdefault((method, kind), Count()).value += 1


_WITHOUT_MOUNT: Final = (Operation.READ, Operation.UPDATE, Operation.DELETE, Operation.LIST)


def _operations(engine: Engine) -> Iterable[Operation]:
    return sorted({operation for route in engine.routes.routes for operation in route.by_operation})


def _counts(methods: Iterable[str], kinds: Iterable[str]) -> dict[tuple[str, str], Count]:
    kinds = tuple(kinds)
    return {(method, kind): Count() for method in methods for kind in kinds}

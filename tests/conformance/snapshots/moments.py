"""Clients that log what they were told, and the judgement whether a store is as it was at one moment of their logs."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.conformance.processes.node import Node
from tests.conformance.processes.wire import Connection, Target

SHARED = "secret/data/shared"
"""The secret that all clients write: its versions put their writes in one order."""
_REST_S = 0.01
"""Between two rounds.  Without it, clients would take both cores of a machine for as long as a snapshot takes."""
_KEPT = 4
"""Rows of a client that are there at a time; older ones it deletes."""


@dataclass(frozen=True, slots=True)
class State:
    """What one client has made of the store."""

    counter: int = 0
    rows: frozenset[int] = frozenset()
    version: int = 0
    """The newest version of the shared secret that it has written."""


@dataclass(frozen=True, slots=True)
class Write:
    """A write that was acknowledged, with the state of its client's part from then on."""

    began_at: float
    ended_at: float
    state: State


class Client(threading.Thread):
    """Writes one round after the other, until it is told to stop.

    Each round counts a register up, adds a row, removes an old one, and writes the shared secret.
    """

    def __init__(self, target: Target, token: str, number: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.number = number
        self.log: list[Write] = []
        """In the order of its writes."""
        self.failed: list[str] = []
        self._target, self._token, self._halt = target, token, stop

    def run(self) -> None:
        """Work."""
        try:
            with Connection(self._target) as connection:
                for turn in itertools.count(1):
                    self._round(connection, turn)
                    if self._halt.wait(_REST_S):
                        return
        except (OSError, AssertionError) as error:
            self.failed.append(f"{error!r}")

    def _round(self, connection: Connection, turn: int) -> None:
        state = self.log[-1].state if self.log else State()
        self._write(connection, "POST", f"cubbyhole/counter-{self.number}", {"n": turn})
        state = self._logged(State(turn, state.rows, state.version))
        self._write(connection, "POST", f"cubbyhole/rows/{self.number}-{turn}", {"n": turn})
        state = self._logged(State(turn, state.rows | {turn}, state.version))
        if turn > _KEPT:
            self._write(connection, "DELETE", f"cubbyhole/rows/{self.number}-{turn - _KEPT}")
            state = self._logged(State(turn, state.rows - {turn - _KEPT}, state.version))
        version = self._write(connection, "POST", SHARED, {"data": {"by": self.number, "n": turn}})
        self._logged(State(turn, state.rows, version))

    def _write(self, connection: Connection, method: str, path: str, body: object = None) -> int:
        """One request, which has to succeed.  Returns the version that it made, if its answer names one."""
        self._began_at = time.monotonic()
        answer = connection.call(method, path, body, self._token)
        assert answer.status in (200, 204), (method, path, answer)
        return int(answer.data["version"]) if answer.status == 200 else 0

    def _logged(self, state: State) -> State:
        self.log.append(Write(self._began_at, time.monotonic(), state))
        return state


@dataclass(frozen=True, slots=True)
class Period:
    """When a snapshot was asked for, and when it was there."""

    began_at: float
    ended_at: float


@dataclass(slots=True)
class Found:
    """What a store shows."""

    counters: dict[int, int] = field(default_factory=dict)
    rows: dict[int, set[int]] = field(default_factory=dict)
    versions: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Of the shared secret: who wrote the version, in which round."""


def found_in(node: Node, clients: Sequence[Client]) -> Found:
    """Ask a restored store for all that the clients write."""
    found = Found()
    for client in clients:
        answer = node.call("GET", f"cubbyhole/counter-{client.number}")
        found.counters[client.number] = answer.data["n"] if answer.status == 200 else 0
    for name in node.ok("LIST", "cubbyhole/rows").data["keys"]:
        number, turn = map(int, name.split("-"))
        assert node.ok("GET", f"cubbyhole/rows/{name}").data == {"n": turn}
        found.rows.setdefault(number, set()).add(turn)
    for version in node.ok("GET", "secret/metadata/shared").data["versions"]:
        data = node.ok("GET", f"{SHARED}?version={version}").data["data"]
        found.versions[int(version)] = (data["by"], data["n"])
    return found


def differences(found: Found, clients: Sequence[Client], period: Period) -> Iterator[str]:
    """What shows that a store isn't as it was at one moment of the period.

    Each client's part has to be what a prefix of its log leaves.  Then there has to be one moment that no write of a
    prefix began after, and no write behind a prefix ended before.
    """
    newest = max(found.versions)
    begun, missing = period.began_at, period.ended_at
    for client in clients:
        length = _prefix(found, client, newest)
        if length is None:
            yield f"client {client.number}: no prefix of its log leaves what there is"
            continue
        included, excluded = client.log[:length], client.log[length:]
        begun = max([begun, *(write.began_at for write in included[-1:])])
        missing = min([missing, *(write.ended_at for write in excluded[:1])])
    if begun > missing:
        yield "a write is there that began when another one was acknowledged, which isn't there"
    yield from _versions(found, clients, newest)


def _prefix(found: Found, client: Client, newest: int) -> int | None:
    """How many of a client's writes the store has."""
    own = max((write.state.version for write in client.log if write.state.version <= newest), default=0)
    wanted = State(found.counters[client.number], frozenset(found.rows.get(client.number, ())), own)
    states = [State(), *(write.state for write in client.log)]
    return next((length for length, state in enumerate(states) if state == wanted), None)


def _versions(found: Found, clients: Sequence[Client], newest: int) -> Iterator[str]:
    """What is wrong with the order that the shared secret's versions give."""
    told = {
        write.state.version: (client.number, write.state.counter)
        for client in clients
        for before, write in itertools.pairwise([Write(0, 0, State()), *client.log])
        if write.state.version != before.state.version
    }
    if sorted(found.versions) != list(range(min(found.versions), newest + 1)):
        yield "a version between others is missing"
    for version, written in found.versions.items():
        if told.get(version) != written:
            yield f"version {version} is {written}, and its writer was told {told.get(version)}"


class Load:
    """Clients at work.  Use it as a context; they have stopped at its end.

    Args:
        node: which they write to; it has kv of version 2 at `secret/`.
    """

    def __init__(self, node: Node, number: int = 4) -> None:
        self._stop = threading.Event()
        self.clients = [Client(node.where, node.token, each, self._stop) for each in range(number)]

    def __enter__(self) -> Load:
        for client in self.clients:
            client.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for client in self.clients:
            client.join()
        assert not [failure for client in self.clients for failure in client.failed]

    def wait(self, rounds: int) -> None:
        """Wait until each client has gone on by so many rounds, or has failed."""
        goals = [self._turn(client) + rounds for client in self.clients]
        while any(c.is_alive() and self._turn(c) < goal for c, goal in zip(self.clients, goals, strict=True)):
            time.sleep(0.005)

    def _turn(self, client: Client) -> int:
        return client.log[-1].state.counter if client.log else 0


def timed(work: Callable[[], None]) -> Period:
    """Do something, and tell when."""
    began_at = time.monotonic()
    work()
    return Period(began_at, time.monotonic())

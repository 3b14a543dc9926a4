"""Clients that write, read and revoke, and note in the ledger what they were told."""

from __future__ import annotations

import random
import threading
from abc import ABC, abstractmethod
from typing import Final

from tests.conformance.processes.node import Node
from tests.conformance.processes.wire import Answer, Connection

from bench.chaos.ledger import Ledger, Register

_PAUSE_S: Final = 0.01
_TIMEOUT_S: Final = 10.0
_PROBED: Final = 64
"""Of the revoked tokens, the newest that are tried again and again."""


class Client(ABC, threading.Thread):
    """Sends requests to one node after another, or to its own, until it is told to stop.

    Args:
        home: the node that it is a client of.
        seed: of its choices.
    """

    def __init__(self, home: Node, nodes: dict[str, Node], ledger: Ledger, stop: threading.Event, seed: int) -> None:
        super().__init__(daemon=True)
        self.home = home
        self.names = {node.address: name for name, node in nodes.items()}
        self.ledger = ledger
        self.stop = stop
        self.random = random.Random(seed)  # noqa: S311 - no secret
        self._connection: Connection | None = None

    def run(self) -> None:
        """Work."""
        while not self.stop.wait(_PAUSE_S):
            try:
                self.step()
            except OSError as error:
                self.ledger.failed(type(error).__name__)
                self._hang_up()
        self._hang_up()

    @abstractmethod
    def step(self) -> None:
        """One thing, of one or more requests."""

    def call(self, method: str, path: str, body: object = None, token: str | None = None) -> Answer:
        """Ask the own node over the connection that is kept."""
        if self._connection is None:
            self._connection = Connection(self.home.where, _TIMEOUT_S)
        answer = self._connection.call(method, path, body, self.home.token if token is None else token)
        if answer.status < 500:
            self.ledger.succeeded(self.names[self.home.address])
        else:
            self.ledger.failed(str(answer.status))
        return answer

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


class Writer(Client):
    """Counts a register of its own up."""

    register: Register

    def step(self) -> None:
        """Write the next number, and read what is there."""
        register = self.register
        register.attempted += 1
        wanted = register.attempted
        register.unanswered.add(wanted)
        if self.call("POST", register.path, {"n": wanted}).status == 204:
            register.unanswered.remove(wanted)
            register.acknowledged = wanted


class Reader(Client):
    """Reads everybody's registers."""

    def step(self) -> None:
        """Read one."""
        register = self.random.choice(self.ledger.registers)
        least = register.acknowledged
        answer = self.call("GET", register.path)
        if answer.status in (200, 404):
            number = answer.data["n"] if answer.status == 200 else 0
            self.ledger.seen(self.names[self.home.address], register, least, number)


class Revoker(Client):
    """Makes tokens, uses and revokes them, and tries those that somebody has revoked."""

    def step(self) -> None:
        """Make one and revoke it, or try an old one."""
        node = self.names[self.home.address]
        if self.ledger.revoked and self.random.random() < 0.8:
            token = self.random.choice(self.ledger.revoked[-_PROBED:])
            if self.call("GET", "auth/token/lookup-self", token=token).status == 200:
                self.ledger.found_wrong(f"{node}: a revoked token was taken")
            return
        made = self.call("POST", "auth/token/create", {"ttl": "1h", "policies": ["default"]})
        if made.status != 200:
            return
        token = made.json["auth"]["client_token"]
        if self.call("GET", "auth/token/lookup-self", token=token).status == 403:
            self.ledger.found_wrong(f"{node}: a token that was just made is refused")
        if self.call("POST", "auth/token/revoke", {"token": token}).status == 204:
            self.ledger.revoked.append(token)

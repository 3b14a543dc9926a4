"""Requests that become ready in one iteration of the event loop, as the listener hands them on, without sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

from strongroom.http.delivery import keep
from strongroom.http.first_step import Finished
from strongroom.http.message import HttpRequest, HttpResponse
from strongroom.http.turns import Outcome, Turns
from strongroom.lib.errors import Internal
from tests.flow.node import Answer, TestNode, read


class Client:
    """A connection with one request.

    Args:
        keeps: whether responses to requests that ask the same are kept, as a listener does.
    """

    def __init__(self, node: TestNode, request: HttpRequest, *, keeps: bool = False) -> None:
        self._node = node
        self._request = request
        self._response: asyncio.Future[HttpResponse] = asyncio.get_running_loop().create_future()
        self.task: asyncio.Task[HttpResponse] | None = None
        """What goes on with the request after its turn; None if it ended there."""
        self.repeated = False
        """Whether the response was kept."""
        self.port = request.peer.port
        repeats = node.application.repeats
        self._name = repeats.name(b"", _bytes(request)) if keeps and repeats is not None else None
        was_kept = repeats is not None and self._name is not None and repeats.knows(self._name)
        self.known = self._name if was_kept else None

    def begin(self) -> Coroutine[Any, Any, HttpResponse]:
        """Begin with the request."""
        return self._node.application.answer(self._request, self._node.options)

    def served(self, outcome: Outcome) -> None:
        """Keep the response."""
        if isinstance(outcome, Finished):
            self._respond(outcome.result)
        elif isinstance(outcome, BaseException):
            self._response.set_exception(outcome)
        elif isinstance(outcome, asyncio.Task):
            self.task = outcome
            outcome.add_done_callback(self._done)
        else:
            self.repeated = True
            try:
                outcome.check()
            except Internal as error:
                self._respond(self._node.application.malformed(500, error.text))
                return
            head, _, body = b"".join(outcome.parts).partition(b"\r\n\r\n")
            fields = [line.split(": ", 1) for line in head.decode().split("\r\n")]
            headers = tuple((name, value) for name, value in fields if name != "content-length")
            self._respond(HttpResponse(200, headers, body))

    def abort(self) -> None:
        """Give up."""
        self._response.cancel()

    def _done(self, task: asyncio.Task[HttpResponse]) -> None:
        if task.cancelled():
            self._response.cancel()
        else:
            self._respond(task.result())

    def _respond(self, response: HttpResponse) -> None:
        if response.keep is not None and self._name is not None:
            keep(response, self._name)
        self._response.set_result(response)

    async def answer(self) -> Answer:
        """What came back."""
        return read(await self._response)


def _bytes(request: HttpRequest) -> bytes:
    """What stands for the bytes of a request."""
    peer = (request.peer.address, request.peer.proxy)
    return repr((request.method, request.path, request.query, request.headers, request.body, peer)).encode()


def sent(node: TestNode, requests: Sequence[HttpRequest], *, keeps: bool = False) -> list[Client]:
    """The clients of requests that have arrived, and will be served in one turn."""
    turns = Turns(asyncio.get_running_loop(), lambda: node.application, node.clock.monotonic)
    clients = [Client(node, request, keeps=keeps) for request in requests]
    for client in clients:
        turns.add(client)
    return clients


async def together(node: TestNode, *requests: HttpRequest) -> list[Answer]:
    """What comes back for requests that are served in one turn."""
    return [await client.answer() for client in sent(node, requests)]

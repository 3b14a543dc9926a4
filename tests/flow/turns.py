"""Requests that become ready in one iteration of the event loop, as the listener hands them on, without sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

from strongroom.http.first_step import Finished
from strongroom.http.message import HttpRequest, HttpResponse
from strongroom.http.turns import Outcome, Turns
from tests.flow.node import Answer, TestNode, read


class Client:
    """A connection with one request."""

    def __init__(self, node: TestNode, request: HttpRequest) -> None:
        self._node = node
        self._request = request
        self._response: asyncio.Future[HttpResponse] = asyncio.get_running_loop().create_future()
        self.task: asyncio.Task[HttpResponse] | None = None
        """What goes on with the request after its turn; None if it ended there."""

    def begin(self) -> Coroutine[Any, Any, HttpResponse]:
        """Begin with the request."""
        return self._node.application.answer(self._request, self._node.options)

    def served(self, outcome: Outcome) -> None:
        """Keep the response."""
        if isinstance(outcome, Finished):
            self._response.set_result(outcome.result)
        elif isinstance(outcome, BaseException):
            self._response.set_exception(outcome)
        else:
            self.task = outcome
            outcome.add_done_callback(self._done)

    def abort(self) -> None:
        """Give up."""
        self._response.cancel()

    def _done(self, task: asyncio.Task[HttpResponse]) -> None:
        if task.cancelled():
            self._response.cancel()
        else:
            self._response.set_result(task.result())

    async def answer(self) -> Answer:
        """What came back."""
        return read(await self._response)


def sent(node: TestNode, requests: Sequence[HttpRequest]) -> list[Client]:
    """The clients of requests that have arrived, and will be served in one turn."""
    turns = Turns(asyncio.get_running_loop(), lambda: node.application, node.clock.monotonic)
    clients = [Client(node, request) for request in requests]
    for client in clients:
        turns.add(client)
    return clients


async def together(node: TestNode, *requests: HttpRequest) -> list[Answer]:
    """What comes back for requests that are served in one turn."""
    return [await client.answer() for client in sent(node, requests)]

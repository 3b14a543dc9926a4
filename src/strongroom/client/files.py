"""Requests and responses whose bodies are files: sent and received in pieces, never as a whole in memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import BinaryIO, Final

from strongroom.client import http1
from strongroom.client.client import Answer, Client

_PIECE_BYTES: Final = 256 * 1024
_BINARY: Final = "application/octet-stream"

Told = Callable[[int], None]
"""Called with the number of bytes so far."""


class FileClient(Client):
    """A client that also sends files."""

    def receive(self, path: str, file: BinaryIO, told: Told, query: Iterable[tuple[str, str]] = ()) -> int:
        """Write the answer to a GET to a file.

        Returns: its length in bytes.
        Raises: as `request`; `Unreachable` also for an answer that breaks off; `OSError` of the file.
        """
        size = 0
        for piece in self.stream(path, query):
            file.write(piece)
            size += len(piece)
            told(size)
        return size

    def send(self, path: str, file: BinaryIO, told: Told, query: Iterable[tuple[str, str]] = ()) -> Answer:
        """Send a file as the body of a POST, once.

        Raises: as `request`; `OSError` of the file.
        """
        prepared = self.prepare("POST", path, query=query)
        size = os.fstat(file.fileno()).st_size
        host = prepared.url.split("/", 3)[2]
        fixed = {"Content-Type": _BINARY, "Content-Length": str(size), "User-Agent": "strongroom", "Host": host}
        head = http1.encode_request("POST", prepared.target, {**fixed, **prepared.headers}, None)
        with self._open(prepared, self.settings) as channel:
            broken: OSError | None = None
            try:
                _send(channel, head, file, told)
            except OSError as error:
                # A server that refuses the request says so, and doesn't wait for the rest of its body.
                broken = error
            try:
                response = http1.Response(channel, "POST")
                answer = Answer(response.status, response.headers, response.body())
            except (OSError, http1.ProtocolError) as error:
                raise self._unreachable(prepared, broken or error) from error
        if answer.status >= 400:
            raise self._failure(prepared, answer)
        return answer


def _send(channel: http1.Channel, head: bytes, file: BinaryIO, told: Told) -> None:
    channel.sendall(head)
    size = 0
    while piece := file.read(_PIECE_BYTES):
        channel.sendall(piece)
        size += len(piece)
        told(size)

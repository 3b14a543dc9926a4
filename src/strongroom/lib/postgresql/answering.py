"""The time limit for PostgreSQL's responses.  After it, the connection is cut."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Iterator
from typing import Final

import psycopg

LISTING_TIMES: Final = 4
"""The factor of a listing's time limit, because a listing may have a million names."""


class NoAnswerError(psycopg.OperationalError):
    """The server didn't respond in time, and its connection was cut.  The outcome of the query is unknown."""


@contextlib.contextmanager
def answering(connection: psycopg.AsyncConnection[tuple[object, ...]], patience_s: float) -> Iterator[None]:
    """Cut the connection if the block takes longer.  The block then ends with `NoAnswerError`.

    Cancelling wouldn't work: psycopg then sends the server a cancel request, and waits for the same silent server.
    """
    cut = False

    def run_out() -> None:
        nonlocal cut
        cut = True
        _cut(connection)

    timer = asyncio.get_running_loop().call_later(patience_s, run_out)
    try:
        yield
    except psycopg.Error as error:
        if cut:
            raise NoAnswerError(f"no answer within {patience_s:g} s") from error
        raise
    finally:
        timer.cancel()


def _cut(connection: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
    """Shut down the connection's socket.  To libpq it looks as if the server had closed it."""
    with contextlib.suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as end:
        end.shutdown(socket.SHUT_RDWR)

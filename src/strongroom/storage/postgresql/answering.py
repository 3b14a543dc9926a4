"""How long PostgreSQL may take to answer, before its connection is given up."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections.abc import Iterator
from typing import Final

import psycopg

LISTING_TIMES: Final = 4
"""A listing may have a million names: it has so many times what other questions have."""


class NoAnswerError(psycopg.OperationalError):
    """The server did not answer in time, and its connection was cut: what it goes on to do is not known."""


@contextlib.contextmanager
def answering(connection: psycopg.AsyncConnection[tuple[object, ...]], patience_s: float) -> Iterator[None]:
    """Cut the connection when the block takes longer, which ends it with `NoAnswerError`.

    Cancelling would not do: psycopg then asks the server to cancel too, and waits for the same silence.
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
    """End the connection's socket, of which libpq learns as if the server had ended it."""
    with contextlib.suppress(OSError, psycopg.Error), socket.socket(fileno=os.dup(connection.fileno())) as end:
        end.shutdown(socket.SHUT_RDWR)

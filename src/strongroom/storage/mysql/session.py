"""A connection as the store uses it.  Everything here blocks, within limits of time."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from strongroom.lib.mysql.careful import careful, refusing_in_the_clear
from strongroom.lib.mysql.tls import context_of
from strongroom.storage.mysql.failures import StatementFailed, failure_of
from strongroom.storage.mysql.login import PORT, Address, Login

Table = Sequence[tuple[Any, ...]]
"""The rows of an answer; none for a statement that gives no rows."""

_LONGEST_ANSWER_BYTES = 512 << 20
_PACKET_SLACK_BYTES = 1 << 16
LEAST_PACKET_BYTES = 16 << 20
"""What `max_allowed_packet` has to be at least: MariaDB's default."""
_FOUND_ROWS, _MULTI_STATEMENTS = 1 << 1, 1 << 16
_IN_THE_CLEAR = "the server asks for the password itself, in the clear"


class Session:
    """A connection.  One thread uses it at a time; any other may cut it.

    Args:
        connection: the client library's. waits: another name for its socket, which outlives the library's.
        answer_s: how long an answer may take.
    """

    def __init__(self, connection: Any, waits: socket.socket, answer_s: float) -> None:
        self._connection = connection
        self._waits = waits
        self._answer_s = answer_s
        self.packet_bytes = LEAST_PACKET_BYTES - _PACKET_SLACK_BYTES
        """The most bytes that are sent at once."""

    def allow_packets(self, max_allowed_packet: int) -> None:
        """Send as much at once as the server takes."""
        self.packet_bytes = max_allowed_packet - _PACKET_SLACK_BYTES

    def ask(self, statements: Iterable[bytes], answers: list[Table] | None = None, times: int = 1) -> list[Table]:
        """Run statements in as few round trips as the server's packets allow.

        Args:
            statements: one text each, without a semicolon at its end.
            answers: where the answers go, one for each statement that was done, also if a later one fails.
            times: the factor of the time limit.

        Raises: `StatementFailed`, after which the later statements weren't done; `ConnectionLost`.
        """
        answers = [] if answers is None else answers
        limit_s = self._answer_s * times
        self._connection._read_timeout = self._connection._write_timeout = limit_s
        try:
            for packet in packets(statements, self.packet_bytes):
                with self._connection.cursor() as cursor:
                    cursor.execute(packet)
                    answers.append(cursor.fetchall())
                    while cursor.nextset():
                        answers.append(cursor.fetchall())
        except Exception as error:  # the library has all kinds for what a server says that isn't the protocol
            failure = failure_of(error)
            if isinstance(failure, StatementFailed):
                raise failure from error
            self.close()
            raise failure from error
        return answers

    def cut(self) -> None:
        """End the waiting of the thread that uses it, which fails then."""
        with contextlib.suppress(OSError):
            self._waits.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close it, without a farewell to a server that may not listen."""
        self.cut()
        with contextlib.suppress(Exception):
            self._connection._force_close()
        self._waits.close()


def packets(statements: Iterable[bytes], most_bytes: int) -> Iterator[bytes]:
    """The statements, as many as fit in each packet.  (p)"""
    together: list[bytes] = []
    size = 0
    for statement in statements:
        if together and size + len(statement) + 1 > most_bytes:
            yield b";".join(together)
            together, size = [], 0
        together.append(statement)
        size += len(statement) + 1
    if together:
        yield b";".join(together)


def dial(login: Login, address: Address, within_s: float, answer_s: float) -> Session:
    """Log in to one server.

    Args:
        within_s: the limit for the way to it, and for each step of the login.

    Raises: `StatementFailed` or `ConnectionLost`.
    """
    made = connection = waits = None
    local = isinstance(address, str)
    try:
        made = _dialled(address, within_s)
        waits = socket.socket(fileno=os.dup(made.fileno()))
        connection = careful()(
            trusted=local or login.tls is not None or login.plaintext,
            otherwise="plaintext_connection_allowed",
            most_bytes=_LONGEST_ANSWER_BYTES,
            host="localhost" if isinstance(address, str) else address[0],
            port=PORT if isinstance(address, str) else address[1],
            unix_socket=address if isinstance(address, str) else None,
            user=login.user,
            password=login.password.reveal(),
            charset="utf8mb4",
            connect_timeout=within_s,
            read_timeout=within_s,
            write_timeout=within_s,
            autocommit=True,
            local_infile=False,
            client_flag=_FOUND_ROWS | _MULTI_STATEMENTS,
            ssl_disabled=login.tls is None or local,
            ssl=context_of(login.tls) if login.tls is not None and not local else None,
            auth_plugin_map=refusing_in_the_clear(_IN_THE_CLEAR),
            program_name="strongroom",
            defer_connect=True,
        )
        # Nobody listens to a socket of the system's own, so that the password may be sent by it.
        connection._secure = local
        connection.connect(made)
        return Session(connection, waits, answer_s)
    except Exception as error:
        if connection is not None:
            with contextlib.suppress(Exception):
                connection._force_close()
        for opened in (made, waits):
            if opened is not None:
                opened.close()
        raise failure_of(error) from error


def _dialled(address: Address, within_s: float) -> socket.socket:
    if not isinstance(address, str):
        made = socket.create_connection(address, within_s)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # A peer that has gone silent is noticed in seconds, not after TCP's quarter of an hour.
        made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for option, value in ((socket.TCP_KEEPIDLE, 5), (socket.TCP_KEEPINTVL, 2), (socket.TCP_KEEPCNT, 3)):
            made.setsockopt(socket.IPPROTO_TCP, option, value)
        return made
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        made.settimeout(within_s)
        made.connect(address)
    except BaseException:
        made.close()
        raise
    return made

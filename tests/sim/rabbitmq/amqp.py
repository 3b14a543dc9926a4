"""As much of AMQP 0-9-1 as it takes to log in, and to learn that the broker has closed the connection.

Source: https://www.rabbitmq.com/resources/specs/amqp0-9-1.pdf, sections 1.4.2 and 4.2
"""

from __future__ import annotations

import socket
import struct

_END = b"\xce"
_METHOD = 1
_CONNECTION = 10
_START, _START_OK, _TUNE, _TUNE_OK, _OPEN, _OPEN_OK, _CLOSE = 10, 11, 30, 31, 40, 41, 50


class Refused(Exception):
    """The broker has closed the connection instead of opening it."""


class Connection:
    """A connection that is open.  Raises `Refused`."""

    def __init__(self, port: int, name: str, password: str, vhost: str = "/") -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), 30)
        try:
            self._open(name, password, vhost)
        except ConnectionError as error:
            self.close()
            raise Refused("the broker has hung up") from error
        except BaseException:
            self.close()
            raise

    def _open(self, name: str, password: str, vhost: str) -> None:
        self._socket.sendall(b"AMQP\x00\x00\x09\x01")
        self._expect(_START)
        response = f"\0{name}\0{password}".encode()
        self._send(_START_OK, struct.pack(">I", 0) + _short("PLAIN") + _long(response) + _short("en_US"))
        limits = self._expect(_TUNE)
        self._send(_TUNE_OK, limits[:6] + struct.pack(">H", 0))
        self._send(_OPEN, _short(vhost) + _short("") + b"\0")
        self._expect(_OPEN_OK)

    def is_closed(self) -> bool:
        """Wait until the broker closes it.  Raises `TimeoutError` if it doesn't within half a minute."""
        try:
            return self._read() is None
        except (Refused, ConnectionError):
            return True

    def close(self) -> None:
        """Let go of it."""
        self._socket.close()

    def _send(self, method: int, arguments: bytes) -> None:
        payload = struct.pack(">HH", _CONNECTION, method) + arguments
        self._socket.sendall(struct.pack(">BHI", _METHOD, 0, len(payload)) + payload + _END)

    def _expect(self, method: int) -> bytes:
        found = self._read()
        if found is None or found[0] != method:
            raise Refused(f"no method {method}")
        return found[1]

    def _read(self) -> tuple[int, bytes] | None:
        """The next method and its arguments; None at the end."""
        while True:
            head = self._exactly(7)
            if not head:
                return None
            kind, _, size = struct.unpack(">BHI", head)
            payload = self._exactly(size + 1)[:-1]
            if kind != _METHOD:
                continue
            _, method = struct.unpack(">HH", payload[:4])
            if method == _CLOSE:
                raise Refused(payload[4:].decode(errors="replace"))
            return method, payload[4:]

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            piece = self._socket.recv(count - len(data))
            if not piece:
                return b""
            data += piece
        return data


def _short(text: str) -> bytes:
    encoded = text.encode()
    return bytes([len(encoded)]) + encoded


def _long(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data

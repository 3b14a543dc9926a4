"""Has a directory begin TLS on a plain connection.

Source: RFC 4511, section 4.14
"""

from __future__ import annotations

import socket
import time

_REQUEST = bytes.fromhex("301d02010177188016") + b"1.3.6.1.4.1.1466.20037"
_SEQUENCE, _INTEGER, _ENUMERATED, _EXTENDED_RESPONSE = 0x30, 0x02, 0x0A, 0x78
_MOST_BYTES = 4096


def start_tls(connection: socket.socket, deadline: float) -> None:
    """Ask for TLS on a connection that nothing else was sent on.

    Args:
        deadline: by `time.monotonic`, for all of the response: it may come byte by byte.

    Raises: `OSError`, also if the directory refuses: passwords must not go over a connection that stays plain.
    """
    connection.sendall(_REQUEST)
    if result_of(_message(connection, deadline)) != 0:
        raise ConnectionRefusedError("the directory refuses StartTLS")


def _message(connection: socket.socket, deadline: float) -> bytes:
    """One whole message and nothing that follows it: what comes in plain before TLS must not count after it."""
    head = _exactly(connection, 2, deadline)
    length = head[1]
    if length & 0x80:
        digits = length & 0x7F
        if not 1 <= digits <= 4:
            raise ConnectionError("no LDAP message")
        length = int.from_bytes(_exactly(connection, digits, deadline), "big")
    if head[0] != _SEQUENCE or not 0 < length <= _MOST_BYTES:
        raise ConnectionError("no LDAP message")
    return _exactly(connection, length, deadline)


def _exactly(connection: socket.socket, count: int, deadline: float) -> bytes:
    out = b""
    while len(out) < count:
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            raise TimeoutError("the directory did not answer in time")
        connection.settimeout(left_s)
        piece = connection.recv(count - len(out))
        if not piece:
            raise ConnectionError("the directory has closed the connection")
        out += piece
    return out


def result_of(message: bytes) -> int:
    """The result code of the response to the first message of a connection.  Raises `ConnectionError`.

    Args:
        message: without the outermost tag and length.
    """
    try:
        id_, rest = _value(_INTEGER, message)
        response, _ = _value(_EXTENDED_RESPONSE, rest)
        code, _ = _value(_ENUMERATED, response)
    except IndexError as error:
        raise ConnectionError("no LDAP message") from error
    if id_ != b"\x01" or len(code) != 1:
        raise ConnectionError("no response to the request for TLS")
    return code[0]


def _value(tag: int, data: bytes) -> tuple[bytes, bytes]:
    """The value of the element at the beginning, and what follows it.  Raises `IndexError`, `ConnectionError`."""
    if data[0] != tag:
        raise ConnectionError("no response to the request for TLS")
    length, at = data[1], 2
    if length & 0x80:
        digits = length & 0x7F
        length, at = int.from_bytes(data[2 : 2 + digits], "big"), 2 + digits
    if at + length > len(data):
        raise ConnectionError("no LDAP message")
    return data[at : at + length], data[at + length :]

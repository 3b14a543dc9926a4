"""Entries of an audit log, read from bytes that anybody may have written (p).

Source: https://developer.hashicorp.com/vault/docs/audit/schema
"""

from __future__ import annotations

from typing import Any

import msgspec

_BEGIN = b'{"time":'
"""What every entry begins with, behind the device's prefix."""
DENIED = "permission denied"
TEST_PATH = "sys/audit/test"
"""The path of the entry that tries a device before it is enabled."""


class Named(msgspec.Struct, frozen=True):
    """Something with a name."""

    name: str = ""


class Results(msgspec.Struct, frozen=True):
    """What the policies said."""

    allowed: bool = False
    granting_policies: tuple[Named, ...] | None = None


class Auth(msgspec.Struct, frozen=True):
    """Whose token it was, or which token was handed out."""

    client_token: str = ""
    accessor: str = ""
    display_name: str = ""
    policies: tuple[str, ...] | None = None
    entity_id: str = ""
    policy_results: Results | None = None


class Asked(msgspec.Struct, frozen=True):
    """What was asked for."""

    id: str = ""
    operation: str = ""
    path: str = ""
    remote_address: str = ""
    client_token: str = ""
    client_token_accessor: str = ""
    data: dict[str, Any] | None = None

    @property
    def named_token(self) -> str:
        """The token in the body, as unwrapping has it; empty without one."""
        found = (self.data or {}).get("token")
        return found if isinstance(found, str) else ""


class Wrapped(msgspec.Struct, frozen=True):
    """A wrapped response."""

    token: str = ""
    accessor: str = ""
    creation_path: str = ""
    wrapped_accessor: str = ""


class Answered(msgspec.Struct, frozen=True):
    """What was answered."""

    auth: Auth | None = None
    wrap_info: Wrapped | None = None


class Entry(msgspec.Struct, frozen=True):
    """One line."""

    time: str
    type: str
    request: Asked
    auth: Auth = Auth()
    response: Answered | None = None
    error: str = ""

    @property
    def outcome(self) -> str:
        """`ok`, `denied` or `error`."""
        if not self.error:
            return "ok"
        return "denied" if DENIED in self.error else "error"


_decode = msgspec.json.Decoder(Entry).decode
_decode_all = msgspec.json.Decoder().decode


def read(line: bytes) -> Entry | None:
    """The entry of a line; None if the line is no entry."""
    try:
        return _decode(line[_start(line) :])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def document(line: bytes) -> dict[str, Any] | None:
    """Everything that the entry of a line says; None where that is more than the format can hold.

    `read` passes over what it does not need: numbers of thousands of digits, and bytes that are no UTF-8, come up here.
    """
    try:
        found: dict[str, Any] = _decode_all(line[_start(line) :])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return found


def _start(line: bytes) -> int:
    return max(0, line.find(_BEGIN))

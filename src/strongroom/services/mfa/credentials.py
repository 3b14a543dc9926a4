"""What clients send to prove a second factor (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from strongroom.lib.errors import InvalidRequest, PermissionDenied

HEADER = "x-vault-mfa"
_PASSCODE = "passcode="
_MOST = 32
"""Of methods that one request names."""
_LONGEST = 256
"""Characters of a passcode."""


class Credentials(msgspec.Struct, frozen=True):
    """Passcodes, by the id or name of the method.  An empty list asks for a push."""

    by_method: Mapping[str, tuple[str, ...]]

    def __repr__(self) -> str:
        return f"Credentials({len(self.by_method)})"

    def named(self, *names: str) -> tuple[str, ...] | None:
        """The passcodes for a method that is known by these names; None if the client didn't name it."""
        return next((self.by_method[name] for name in names if name and name in self.by_method), None)


def from_header(value: str) -> Credentials | None:
    """The credentials of a login's header; None without one.

    Each item is `method`, `method:code` or `method:passcode=code`.  Repeated headers are joined by commas.

    Raises: `InvalidRequest`.
    """
    if not value:
        return None
    found: dict[str, tuple[str, ...]] = {}
    for item in value.split(","):
        method, colon, code = (part.strip() for part in item.partition(":"))
        if not method:
            raise _bad_header("missing method name or ID")
        if colon and not code:
            raise _bad_header("missing method value")
        found[method] = (*found.get(method, ()), *((code,) if colon else ()))
    return _checked(found)


def from_payload(payload: Mapping[str, Any]) -> Credentials:
    """The credentials of `sys/mfa/validate`.  Raises `InvalidRequest`."""
    found = {}
    for method, codes in payload.items():
        if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
            raise InvalidRequest("invalid mfa payload")
        found[method] = tuple(codes)
    return _checked(found)


def passcode_of(codes: tuple[str, ...]) -> str:
    """The only passcode, or an empty text.  Raises `PermissionDenied` for several."""
    if len(codes) > 1:
        raise PermissionDenied("failed to parse MFA factor, found multiple passcodes for the same MFA method")
    return codes[0].removeprefix(_PASSCODE).strip() if codes else ""


def _checked(found: dict[str, tuple[str, ...]]) -> Credentials:
    if len(found) > _MOST or any(len(code) > _LONGEST for codes in found.values() for code in codes):
        raise InvalidRequest(f"at most {_MOST} MFA methods with passcodes of at most {_LONGEST} characters")
    return Credentials(found)


def _bad_header(why: str) -> InvalidRequest:
    return InvalidRequest(f'failed to parse X-Vault-MFA header: invalid data in header "X-Vault-MFA"; {why}')

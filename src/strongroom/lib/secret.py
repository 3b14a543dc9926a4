"""A type for values that must not be shown by accident."""

from __future__ import annotations

import hmac
from typing import NoReturn


class Secret:
    """Bytes that `repr`, `str`, formatting and pickling don't show.

    `reveal()` is the only way to the value, so that a search for it lists every use.
    """

    __slots__ = ("_value",)

    def __init__(self, value: bytes) -> None:
        self._value = value

    def reveal(self) -> bytes:
        """The bytes themselves."""
        return self._value

    def __len__(self) -> int:
        return len(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._value, other._value)

    def __hash__(self) -> NoReturn:
        raise TypeError("a secret is no dictionary key")

    def __repr__(self) -> str:
        return f"Secret(<{len(self._value)} bytes>)"

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not pickled")

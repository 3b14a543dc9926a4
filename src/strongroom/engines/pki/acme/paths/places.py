"""Declares a path in each directory: of the mount, of a role, of an issuer, of a role of an issuer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

FOLDERS: Final = (
    "acme",
    "roles/{role}/acme",
    "issuer/{issuer_ref}/acme",
    "issuer/{issuer_ref}/roles/{role}/acme",
)


def everywhere(declare: Callable[..., Callable[[F], F]], tail: str, **options: Any) -> Callable[[F], F]:
    """Declare an operation of a path in each directory.

    Args:
        declare: `path.read` or another one. tail: the path below the directory.
    """

    def mark(function: F) -> F:
        for folder in FOLDERS:
            function = declare(f"{folder}/{tail}", **options)(function)
        return function

    return mark

"""Rows of roles that are programs: `cel/role/<name>`."""

from __future__ import annotations

from typing import ClassVar

from strongroom.sdk import Record
from strongroom.sdk.cel_programs import ProgramVariable


class CelRole(Record, frozen=True, tag="jwt-cel-role"):
    """A program that decides who gets in, and what a token has to say before it is asked."""

    limit_bytes: ClassVar[int] = 512 * 1024

    expression: str = ""
    variables: tuple[ProgramVariable, ...] = ()
    message: str = ""
    bound_audiences: tuple[str, ...] = ()
    clock_skew_leeway_s: int = 60
    expiration_leeway_s: int = 150
    not_before_leeway_s: int = 150
    revision: str = ""
    """Another one with each write, so that no token outlives a change of the rules that it was given by."""

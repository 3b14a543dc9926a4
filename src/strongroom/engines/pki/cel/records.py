"""Rows of roles that are programs: `cel-role/<name>`."""

from __future__ import annotations

from typing import ClassVar

from strongroom.sdk import Record
from strongroom.sdk.cel_programs import ProgramVariable


class ProgramRole(Record, frozen=True, tag="pki-cel-role"):
    """A program that decides what a certificate says."""

    limit_bytes: ClassVar[int] = 512 * 1024

    expression: str = ""
    variables: tuple[ProgramVariable, ...] = ()

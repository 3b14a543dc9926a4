"""Rows of roles that are programs: `cel-role/<name>`."""

from __future__ import annotations

from typing import ClassVar

from strongroom.sdk import Part, Record


class ProgramVariable(Part, frozen=True):
    """A value that the program's expression may use by its name."""

    name: str
    expression: str


class ProgramRole(Record, frozen=True, tag="pki-cel-role"):
    """A program that decides what a certificate says."""

    limit_bytes: ClassVar[int] = 512 * 1024

    expression: str = ""
    variables: tuple[ProgramVariable, ...] = ()

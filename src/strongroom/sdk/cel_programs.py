"""Roles that are programs of the Common Expression Language: `cel_program`, as requests give and answers show it (p).

Source: https://openbao.org/api-docs/auth/jwt/#create-cel-role; https://openbao.org/api-docs/secret/pki/#create-cel-role
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from strongroom.barrier.record import Part
from strongroom.lib.errors import InvalidRequest


class ProgramVariable(Part, frozen=True):
    """A value that the program's expression may use by its name."""

    name: str
    expression: str


class Programmed(Protocol):
    """The record of a role that is a program."""

    @property
    def expression(self) -> str:
        """What decides."""

    @property
    def variables(self) -> tuple[ProgramVariable, ...]:
        """What it may use."""


def given_parts(program: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a program that a request gives, by the names of a record's attributes.

    Raises: `InvalidRequest` for other parts, and for values of other types.
    """
    unknown = sorted(set(program) - {"expression", "variables"})
    if unknown:
        raise InvalidRequest(f"cel_program has no part {unknown[0][:100]!r}")
    found: dict[str, Any] = {}
    if "expression" in program:
        found["expression"] = _text(program["expression"] or "", "cel_program.expression")
    if "variables" in program:
        variables = program["variables"] or []
        if not isinstance(variables, list):
            raise InvalidRequest("cel_program.variables must be a list")
        found["variables"] = tuple(_variable(each, at) for at, each in enumerate(variables))
    return found


def texts_of(role: Programmed) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The expression, and name and expression of each variable: what a program is compiled of."""
    return role.expression, tuple((each.name, each.expression) for each in role.variables)


def shown_program(role: Programmed) -> dict[str, Any]:
    """A program as answers have it."""
    program: dict[str, Any] = {"expression": role.expression}
    if role.variables:
        program["variables"] = [{"name": each.name, "expression": each.expression} for each in role.variables]
    return program


def _variable(given: Any, at: int) -> ProgramVariable:
    what = f"cel_program.variables[{at}]"
    if not isinstance(given, dict) or not {"name", "expression"} >= set(given):
        raise InvalidRequest(f"{what} must have a name and an expression")
    name, expression = (_text(given.get(part), f"{what}.{part}") for part in ("name", "expression"))
    return ProgramVariable(name, expression)


def _text(given: Any, what: str) -> str:
    if not isinstance(given, str):
        raise InvalidRequest(f"{what} must be a text")
    return given

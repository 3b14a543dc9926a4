"""The values of the configuration file, and the merge with the defaults.  (p)"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from strongroom.cli.pki.health.check import Check, SettingError
from strongroom.cli.text import go_value
from strongroom.client.durations import parse_nanoseconds
from strongroom.client.settings import parse_bool
from strongroom.client.values import Number


@dataclass(frozen=True, slots=True)
class Settled:
    """A check with what it is to work with."""

    check: Check
    enabled: bool
    values: Mapping[str, Any]


def duration_ns(value: Any) -> int:
    """Nanoseconds of `180d`, `200ms`, `90` or 90.  Raises `ValueError`."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise ValueError(f"{go_value(value)} is no duration")  # noqa: TRY004 - as for a text that is none
    return parse_nanoseconds(str(value))


def whole_number(least: int, most: int) -> Callable[[Any], int]:
    """Reads a whole number between two bounds, in digits or in a text of digits.  Raises `ValueError`."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise ValueError(f"{go_value(value)} is no whole number")  # noqa: TRY004 - as above
        number = int(str(value), 10)
        if not least <= number <= most:
            raise ValueError(f"{number} is not between {least} and {most}")
        return number

    return read


def names(value: Any) -> frozenset[str]:
    """A list of names.  Raises `ValueError`."""
    if value is None:
        return frozenset()
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise ValueError(f"{go_value(value)} is no list of names")
    return frozenset(value)


def truth(value: Any) -> bool:
    """True or false, as a value or as a text.  Raises `ValueError`."""
    if isinstance(value, bool):
        return value
    if isinstance(value, (str, int)) and not isinstance(value, Number):
        return parse_bool(str(value))
    raise ValueError(f"{go_value(value)} is neither true nor false")


def settled(checks: Iterable[Check], given: Mapping[str, Any], *, on: bool) -> list[Settled]:
    """The checks with their values.

    Args:
        given: the document of the configuration file, the checks' parameters by their names.
        on: whether checks run that the file doesn't enable or disable.

    Raises: `SettingError`
    """
    return [_settled(check, given.get(check.name, {}), on=on) for check in checks]


def _settled(check: Check, given: Any, *, on: bool) -> Settled:
    if not isinstance(given, dict):
        raise SettingError(f"the configuration of {check.name} is no object")
    known = {each.name for each in check.parameters}
    parameters = ", ".join(("enabled", *(each.name for each in check.parameters)))
    for name in given:
        if name != "enabled" and name not in known:
            raise SettingError(f"the check {check.name} has no parameter {name}, but {parameters}")
    values = {}
    for each in check.parameters:
        value = given.get(each.name, each.default)
        try:
            values[each.name] = each.read(value)
        except ValueError as error:
            text = f"{check.name}: {each.name}={go_value(value)} can't be used: {error}"
            raise SettingError(text) from error
    usual = on and check.on is not False
    try:
        return Settled(check, truth(given.get("enabled", usual)), values)
    except ValueError as error:
        raise SettingError(f"{check.name}: enabled is neither true nor false: {error}") from error

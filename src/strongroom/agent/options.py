"""The `config` of a method or a sink: from plain values to a declared dataclass (pure).

An option of the wrong type, and a needed one that isn't there, are errors that name it.  An unknown one is a notice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, TypeAlias, TypeVar

from strongroom.lib.durations import parse_duration_ns
from strongroom.lib.errors import InvalidRequest
from strongroom.server.config.reader import ConfigError, Notice, Where, meant

_T = TypeVar("_T")
Convert: TypeAlias = Callable[[Any], Any]
"""From a plain value to an option's.  Raises `ValueError`, whose text says what was expected."""

NEEDED: Any = MISSING
"""The default of an option that has to be given."""


@dataclass(frozen=True, slots=True)
class Given:
    """A stanza's `config` as it was written.

    Attributes:
        within: the stanza's name for texts, such as `method "jwt"`.
    """

    options: Mapping[str, Any] = field(repr=False)
    within: str
    where: Where

    def wrong(self, name: str, problem: str) -> ConfigError:
        """An error about one of its options."""
        return ConfigError(self.where, f"{name} in {self.within}: {problem}")

    def lacking(self, name: str, unknown: Iterable[str] = ()) -> ConfigError:
        """The error about an option that has to be given.

        Args:
            unknown: options that were given and that nobody knows: one may be meant.
        """
        found = ", ".join(f'"{each[:64]}"' for each in unknown)
        but = f" but {found}" if found else ""
        return ConfigError(self.where, f'expected "{name}" in {self.within}, found none{but}')


def option(convert: Convert, default: Any = NEEDED, *, aliases: tuple[str, ...] = (), secret: bool = False) -> Any:
    """Declare a field that an option of the same name fills.

    Args:
        convert: reads the value.
        default: its value without the option.
        aliases: other names that it has in other programs.
        secret: keep the value out of `repr`, and out of errors.
    """
    metadata = {"convert": convert, "aliases": aliases, "secret": secret}
    return field(default=default, metadata=metadata, repr=not secret)


def read(kind: type[_T], given: Given) -> tuple[_T, tuple[Notice, ...]]:
    """Read a `config` into a dataclass whose fields are declared by `option`.

    Returns: its value, and a notice for each option that nobody knows.

    Raises: `ConfigError`.
    """
    values: dict[str, Any] = {}
    declared = [(each, (each.name, *each.metadata["aliases"])) for each in fields(kind)]  # type: ignore[arg-type]
    known = {name for _, names in declared for name in names}
    unknown = [name for name in given.options if name not in known]
    for each, names in declared:
        found = [name for name in names if given.options.get(name) is not None]
        if found:
            value = given.options[found[-1]]
            values[each.name] = _converted(given, found[-1], value, each.metadata)
        if each.default is NEEDED and not values.get(each.name):
            raise given.lacking(each.name, unknown)
    notices = (
        Notice(given.where, f"unknown or unsupported option {name} in {given.within}{meant(name, known)}")
        for name in unknown
    )
    return kind(**values), tuple(notices)


def _converted(given: Given, name: str, value: Any, metadata: Mapping[str, Any]) -> Any:
    try:
        return metadata["convert"](value)
    except ValueError as error:
        found = "something else" if metadata["secret"] else _shown(value)
        raise given.wrong(name, f"expected {error}, found {found}") from None


def _shown(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value[:64]}"'
        case int() | float():
            return str(value)
    return "a list" if isinstance(value, list) else "an object"


def text(value: Any) -> str:
    """A text.  Numbers and booleans count as they are written."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
    raise ValueError("a text")


def flag(value: Any) -> bool:
    """True or false, also as a text or a number."""
    match value:
        case bool():
            return value
        case "1" | "t" | "T" | "true" | "TRUE" | "True" | 1:
            return True
        case "0" | "f" | "F" | "false" | "FALSE" | "False" | "" | 0:
            return False
    raise ValueError("true or false")


def seconds(value: Any) -> float:
    """A duration above 0, in seconds, parts of them included."""
    try:
        found = parse_duration_ns(value) / 1_000_000_000
    except InvalidRequest:
        found = 0.0
    if found <= 0:
        raise ValueError('a duration such as "500ms" or a number of seconds')
    return found


def permissions(value: Any) -> int:
    """A file's permission bits: a text of octal digits, or a number as the file's language has it."""
    found = value
    if isinstance(value, str):
        found = int(value, 8) if value.isascii() and value.isdigit() and not set(value) & set("89") else -1
    if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found <= 0o777:
        raise ValueError('permissions such as "0640"')
    return found


def account(value: Any) -> int | str | None:
    """A user or group by number or name; None for -1, which stands for none."""
    if isinstance(value, str) and value and not value.lstrip("-").isdigit():
        return value
    try:
        found = int(value)
    except (TypeError, ValueError):
        raise ValueError("the number or the name of an account") from None
    if isinstance(value, bool | float) or found < -1:
        raise ValueError("the number or the name of an account")
    return None if found == -1 else found

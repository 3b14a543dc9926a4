"""The options of a device that decide which entries it gets, and what they have (pure)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import msgspec

from strongroom.audit.filtering.exclusion import Exclusion, exclusions
from strongroom.lib.bexpr.expressions import And, Equal, Expression, Not, OneOf, Or, Path
from strongroom.lib.bexpr.parser import parse
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.coercion import FieldError, to_bool
from strongroom.services.exchange import Exchange

OPTIONS: Final = frozenset({"filter", "fallback", "exclude"})
_PROPERTIES: Final = ("mount_point", "mount_type", "namespace", "operation", "path")
_BARE_MOUNT_POINT: Final = ("bare_mount_point",)
"""The mount's path without its slash, to which a filter's text is compared."""


class Rules(msgspec.Struct, frozen=True):
    """What a device gets."""

    filter: Expression | None = None
    """None for all entries."""
    fallback: bool = False
    """Whether it gets the entries that no filter takes, and no others if there are filters."""
    exclude: tuple[Exclusion, ...] = ()

    def takes(self, exchange: Exchange) -> bool:
        """Whether the filter takes a request's entries."""
        return self.filter is None or self.filter.holds(lambda path: _PROPERTY[path](exchange))


def rules_of(options: Mapping[str, str]) -> Rules:
    """The rules that a device's options ask for.  Raises `InvalidRequest`."""
    text, fallback = options.get("filter", ""), options.get("fallback", "")
    try:
        is_fallback = to_bool(fallback) if fallback else False
    except FieldError as error:
        raise InvalidRequest(f'strconv.ParseBool: parsing "{fallback}": invalid syntax') from error
    if text and is_fallback:
        raise InvalidRequest("filter and fallback exclude each other: the fallback gets what no filter takes")
    return Rules(
        filter=_filter(text) if text else None, fallback=is_fallback, exclude=exclusions(options.get("exclude", ""))
    )


def check_beside(path: str, rules: Rules, others: Iterable[tuple[str, Rules]]) -> None:
    """Raise `InvalidRequest` for a second fallback.

    Args:
        path: the device's. others: path and rules of the devices that there are.
    """
    if not rules.fallback:
        return
    for other, theirs in others:
        if theirs.fallback and other != path:
            raise InvalidRequest(f'the device "{other}" is the fallback, and there can be one only')


def _filter(text: str) -> Expression:
    try:
        expression = parse(text)
    except InvalidRequest as error:
        raise InvalidRequest(f"filter: {error.text}") from error
    for path in expression.paths():
        if len(path) != 1 or path[0] not in _PROPERTIES:
            raise InvalidRequest(f"filter: it knows {', '.join(_PROPERTIES)}, and not {'/'.join(path)[:64]}")
    return _without_slash(expression)


def _without_slash(expression: Expression) -> Expression:
    """Have a mount's path be the same with and without its slash.

    Vault's documentation writes it without one, and entries have one.
    """
    match expression:
        case Equal(path, text) if _is_mount_point(path):
            return Equal(_BARE_MOUNT_POINT, text.rstrip("/"))
        case OneOf(path, texts) if _is_mount_point(path):
            return OneOf(_BARE_MOUNT_POINT, tuple(text.rstrip("/") for text in texts))
        case Not(inner):
            return Not(_without_slash(inner))
        case And(parts):
            return And(tuple(map(_without_slash, parts)))
        case Or(parts):
            return Or(tuple(map(_without_slash, parts)))
        case _:
            return expression


def _is_mount_point(path: Path) -> bool:
    return path == ("mount_point",)


def _mount_point(exchange: Exchange) -> str:
    return exchange.entry.record.full_path if exchange.entry is not None else ""


_PROPERTY: Final[Mapping[Path, Callable[[Exchange], str]]] = {
    ("path",): lambda exchange: exchange.request.path,
    ("operation",): lambda exchange: exchange.request.operation.value,
    ("namespace",): lambda exchange: "" if exchange.namespace.is_root else exchange.namespace.path,
    ("mount_type",): lambda exchange: exchange.entry.record.type if exchange.entry is not None else "",
    ("mount_point",): _mount_point,
    _BARE_MOUNT_POINT: lambda exchange: _mount_point(exchange).rstrip("/"),
}

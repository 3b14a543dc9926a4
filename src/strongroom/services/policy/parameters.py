"""Checks a request's parameters against rules: required, denied and allowed parameters (pure).

Values are compared in the form that the engine will use.  To an engine, `" ADM"`, `"default,adm"` and `["adm"]` name
the same policy, `"1h"` and `3600` are the same time, and a parameter with an older name is the same parameter.  If
rules compared the texts, a client could evade them with another spelling.

Source: https://developer.hashicorp.com/vault/docs/concepts/policies#parameter-constraints, CWE-178
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from strongroom.sdk.coercion import FieldError
from strongroom.sdk.fields import Field
from strongroom.services.policy.parse import Constraints

Values: TypeAlias = tuple[object, ...]
"""The values that a rule names for a parameter.  Empty stands for any value."""

_ANY = "*"
"""Matches any value, including numbers, to which a glob doesn't apply."""


def check_parameters(rules: Constraints, data: Mapping[str, object], fields: Mapping[str, Field]) -> bool:
    """Whether the request has all required parameters and no forbidden ones.

    Args:
        fields: the route's declared parameters, by name.  Others are compared as the client wrote them.
    """
    if any(name not in data for name in rules.required):
        return False
    if not data:
        return True
    if rules.denied and ("*" in rules.denied or any(_denied(rules.denied, *item, fields) for item in data.items())):
        return False
    if not rules.allowed:
        return True
    others = "*" in rules.allowed
    return all(
        (others or name.lower() in rules.allowed) and _allowed(rules.allowed, name, value, fields)
        for name, value in data.items()
    )


def check_stated(rules: Constraints, stated: Mapping[str, str], fields: Mapping[str, Field]) -> bool:
    """Whether rules about parameters that the path states allow their values.

    What a path states counts as no parameter else: it is neither one that is required, nor one of those that a rule
    about all others means.

    Args:
        stated: the values, by the names of the fields that they replace.
    """
    return all(
        _allowed(rules.allowed, name, value, fields) and not _denied(rules.denied, name, value, fields)
        for name, value in stated.items()
    )


def _denied(rules: Mapping[str, Values], name: str, value: object, fields: Mapping[str, Field]) -> bool:
    field = fields.get(name)
    if any(not values or _denies(values, value, field) for values in _about(rules, name, field)):
        return True
    understood = _understood(field, value)
    if field is None or field.denied_as is None or understood is None:
        return False
    stands_for = field.denied_as.form(understood[0])
    values = rules.get(field.denied_as.name)
    return values is not None and _denies(values, stands_for, fields.get(field.denied_as.name))


def _allowed(rules: Mapping[str, Values], name: str, value: object, fields: Mapping[str, Field]) -> bool:
    """Whether every rule about the parameter, under any of its names, allows the value."""
    field = fields.get(name)
    return all(not values or _allows(values, value, field) for values in _about(rules, name, field))


def _about(rules: Mapping[str, Values], name: str, field: Field | None) -> Iterator[Values]:
    """The values of all rules about a parameter, under any of its names."""
    for known in (name.lower(), *(field.names if field is not None else ())):
        values = rules.get(known)
        if values is not None:
            yield values


def _denies(values: Values, value: object, field: Field | None) -> bool:
    """Whether the values deny a parameter.

    They are compared to the value as written and in the engine's form, as a whole and item by item.  One match
    denies.
    """
    if _ANY in values or any(_equal(part, wanted) for part in (value, *_items(value)) for wanted in values):
        return True
    understood = _understood(field, value)
    if understood is None:
        return False
    meant = understood[0]
    parts = (meant, *_items(meant))
    return any(_is_meant(part, wanted, field) for part in parts for wanted in values)


def _allows(values: Values, value: object, field: Field | None) -> bool:
    """Whether the values allow a parameter in the engine's form: as a whole, or each of its items."""
    understood = _understood(field, value)
    meant = value if understood is None else understood[0]
    return _fits(values, meant, field) or (
        isinstance(meant, list) and bool(meant) and all(_fits(values, item, field) for item in meant)
    )


def _fits(values: Values, meant: object, field: Field | None) -> bool:
    return any(_is_meant(meant, wanted, field) for wanted in values)


def _is_meant(meant: object, wanted: object, field: Field | None) -> bool:
    """Whether a value in the engine's form matches a value of a rule."""
    form = _understood(field, wanted)
    if form is None:
        # A glob for a number or a time, or a parameter that isn't declared: compared as written.
        return _equal(meant, wanted) or (field is not None and wanted == _ANY)
    if _equal(meant, _single(form[0])):
        return True
    # The engine's form of a glob may be no glob: as a mount's path, `team/*` becomes `team/*/`.
    return isinstance(meant, str) and isinstance(wanted, str) and _glob(meant, wanted)


def _understood(field: Field | None, value: object) -> tuple[object] | None:
    """The value in the engine's form; None if the field isn't declared or the value doesn't parse."""
    if field is None:
        return None
    try:
        return (field.normal(value),)
    except FieldError:
        return None


def _single(value: object) -> object:
    """The only item of a list, because a rule may write `"a"` for a list's item."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _equal(value: object, wanted: object) -> bool:
    if isinstance(value, str) and isinstance(wanted, str):
        return _glob(value, wanted)
    if isinstance(value, bool) or isinstance(wanted, bool):
        return value is wanted  # Python takes True for 1
    return value == wanted


def _glob(text: str, wanted: str) -> bool:
    """Match with `*` at the beginning, the end, or both."""
    first, last = wanted.startswith("*"), wanted.endswith("*")
    if first and last:
        return wanted[1:-1] in text
    if first:
        return text.endswith(wanted[1:])
    return text.startswith(wanted[:-1]) if last else text == wanted

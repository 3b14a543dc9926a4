"""Finds and compares claims (p).

A claim is named literally, or by a JSON pointer: `groups`, `https://example.com/groups`, `/realm_access/roles`.

Source: https://developer.hashicorp.com/vault/docs/auth/jwt#claim-specifications-and-json-pointer, RFC 6901
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from strongroom.lib.errors import InvalidRequest

GLOB = "glob"
STRING = "string"
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")
_SHOWN = 200


def claim(claims: Mapping[str, Any], name: str) -> Any:
    """The value of a claim; None if there is none.  A name that begins with `/` is a JSON pointer."""
    return pointed_at(claims, name) if name.startswith("/") else claims.get(name)


def pointed_at(value: Any, pointer: str) -> Any:
    """The value that a JSON pointer leads to; None if it leads nowhere."""
    for part in pointer[1:].split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and _INDEX.fullmatch(key) and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def as_list(value: Any) -> list[Any] | None:
    """The value as a list: providers send a list of one as its only item.  None for objects and null."""
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, str | bool | int | float) else None


def same(wanted: Any, given: Any) -> bool:
    """Whether two values are equal and of one kind: `1` is neither `"1"` nor `true`."""
    if isinstance(wanted, bool) or isinstance(given, bool):
        return wanted is given
    if isinstance(wanted, int | float) and isinstance(given, int | float):
        return wanted == given
    return isinstance(wanted, str) and isinstance(given, str) and wanted == given


def fits_glob(pattern: str, text: str) -> bool:
    """Whether the text has the pattern's form, in which `*` stands for any characters, and nothing else is special."""
    parts = pattern.split("*")
    if len(parts) == 1:
        return pattern == text
    first, *middle, last = parts
    if len(first) + len(last) > len(text) or not text.startswith(first) or not text.endswith(last):
        return False
    at, end = len(first), len(text) - len(last)
    for part in middle:  # the leftmost place of each is enough, so that no text takes long
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def check_bound(claims: Mapping[str, Any], bound: Mapping[str, Any], type_: str) -> None:
    """Raise `InvalidRequest` unless each bound claim has one of its values.

    Of a claim with several values, any one may be any one of the role's.
    """
    for name, wanted in bound.items():
        given = claim(claims, name)
        if given is None:
            raise InvalidRequest(f'error validating claims: claim "{name}" is missing')
        values, accepted = as_list(given), as_list(wanted)
        if values is None:
            raise InvalidRequest(
                f'error validating claims: claim "{name}" is not a string, bool, number or list: {_shown(given)}'
            )
        if accepted is None:
            raise InvalidRequest(f'error validating claims: bound claim "{name}" is not a string, bool, number or list')
        if not any(_fits(want, value, type_) for want in accepted for value in values):
            raise InvalidRequest(
                f'error validating claims: claim "{name}" does not match any associated bound claim values'
                f"{_of_another_kind(accepted, values)}"
            )


def _of_another_kind(accepted: Iterable[Any], values: Iterable[Any]) -> str:
    """What to add to a refusal of `"true"` where `true` is bound, which look the same in most places."""
    for want in accepted:
        for value in values:
            if _kind(want) != _kind(value) and _plain(want) == _plain(value):
                return f": the token has it as a {_kind(value)}, the role as a {_kind(want)}"
    return ""


def _kind(value: Any) -> str:
    return "boolean" if isinstance(value, bool) else "number" if isinstance(value, int | float) else "text"


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _fits(wanted: Any, given: Any, type_: str) -> bool:
    if type_ == GLOB:
        return isinstance(wanted, str) and isinstance(given, str) and fits_glob(wanted, given)
    return same(wanted, given)


def mapped(claims: Mapping[str, Any], mappings: Mapping[str, str]) -> dict[str, str]:
    """The metadata that claims are copied to.  Raises `InvalidRequest` for a claim that isn't a text."""
    metadata = {}
    for source, target in mappings.items():
        value = claim(claims, source)
        if value is None:
            continue
        if not isinstance(value, str):
            raise InvalidRequest(f"error converting claim '{source}' to string")
        metadata[target] = value
    return metadata


def user_name(claims: Mapping[str, Any], name: str, *, by_pointer: bool) -> str:
    """The user's name.  Raises `InvalidRequest` if there is none."""
    value = claim(claims, name) if by_pointer else claims.get(name)
    if value is None:
        raise InvalidRequest(f'claim "{name}" not found in token')
    if not isinstance(value, str):
        raise InvalidRequest(f'claim "{name}" could not be converted to string')
    if not value:
        raise InvalidRequest(f'claim "{name}" is empty')
    return value


def group_names(value: Any, name: str) -> tuple[str, ...]:
    """The names of groups in a claim's value, which may be a single one.  Raises `InvalidRequest` for other values."""
    values = as_list(value)
    if values is None:
        raise InvalidRequest(f'"{name}" claim could not be converted to string list')
    for item in values:
        if not isinstance(item, str):
            raise InvalidRequest(f"value {_shown(item)} in groups claim could not be parsed as string")
    return tuple(dict.fromkeys(item for item in values if item))


def is_sent_by_reference(claims: Mapping[str, Any], name: str) -> bool:
    """Whether the token says where a claim can be fetched, instead of having it.

    Source: https://openid.net/specs/openid-connect-core-1_0.html#AggregatedDistributedClaims
    """
    names = claims.get("_claim_names")
    return isinstance(names, dict) and name in names


def audiences(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """For whom a token was made; empty if it says nothing.  Raises `InvalidRequest` for what is no audience."""
    if "aud" not in claims:
        return ()
    value = claims["aud"]
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
        raise InvalidRequest("error validating token: invalid audience (aud) claim: it is neither a text nor a list")
    return tuple(listed)


def listed(names: Iterable[str]) -> str:
    """Names as error texts show them."""
    text = ", ".join(f'"{name}"' for name in names)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def quoted(value: Any) -> str:
    """A claim's value as error texts show it."""
    return listed((value,)) if isinstance(value, str) else "none" if value is None else _shown(value)


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"

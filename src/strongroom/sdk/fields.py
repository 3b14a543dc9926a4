"""Fields of a request.  A struct declares them, and is filled from the loosely typed JSON of Vault's clients.

`"true"`, `1` and `true` are booleans; `"1h"`, `"3600"` and `3600` are durations; `"a,b"` and `["a","b"]` are lists;
null and `""` stand for the type's zero.  A field that the request doesn't name keeps its default.  So does a duration
that is null, but in a patch, as in Vault: zero would lift the limit on the life of a token or a secret.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any, NewType, TypeVar

import msgspec

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.coercion import (
    FieldError,
    to_bool,
    to_float,
    to_given_seconds,
    to_int,
    to_int_list,
    to_list,
    to_map,
    to_plain_list,
    to_seconds,
    to_signed_seconds,
    to_string_map,
    to_text,
)
from strongroom.sdk.near_miss import Keys

Doc = msgspec.Meta
"""`Annotated[str, Doc(description="…")]` documents a field."""

SECRET = {"secret": True}
"""`Doc(description="…", extra=SECRET)`: the audit log never shows the field, even if its value is a number."""

Duration = NewType("Duration", int)
"""Seconds; a duration text or a number of seconds, not negative."""
GivenDuration = NewType("GivenDuration", int)
"""Like `Duration`, but an empty text is a mistake: of a variable that isn't set, where 0 would turn something off."""
SignedDuration = NewType("SignedDuration", int)
"""Seconds; may be negative."""
CommaList = NewType("CommaList", list)  # type: ignore[type-arg]
"""A list of strings, or one string with commas."""
IntList = NewType("IntList", list)  # type: ignore[type-arg]
"""A list of whole numbers, or one string with commas."""
StringMap = NewType("StringMap", dict)  # type: ignore[type-arg]
"""A map of names to strings: an object, or a list of `name=text`."""
JsonMap = NewType("JsonMap", dict)  # type: ignore[type-arg]
"""Any JSON object."""


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """Base of request bodies.  The default `None` distinguishes "not given" from zero."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"  # values from clients may be secret


B = TypeVar("B", bound=Body)


class Normal(msgspec.Struct, frozen=True):
    """`Annotated[…, Normal(form)]`: the form of a field's value in the engine.  Rules compare this form."""

    form: Callable[[Any], Any]
    """Converts the coerced value.  Raises `FieldError` or `InvalidRequest` for a value that the engine refuses."""


class OldNameOf(msgspec.Struct, frozen=True):
    """`Annotated[…, OldNameOf("token_ttl")]`: another name of the same parameter.

    Rules for one name apply to the other.
    """

    name: str


class DeniedAs(msgspec.Struct, frozen=True):
    """`Annotated[…, DeniedAs("type", form)]`: a second meaning of a value, as a value of this or another parameter.

    Rules that deny the second value deny this one too.  Rules that allow the second value don't allow this one.
    """

    name: str
    form: Callable[[Any], Any]
    """Converts the coerced value to the second value."""


class InPath(msgspec.Struct, frozen=True):
    """`Annotated[…, InPath("urlalgorithm")]`: the parameter of the path that counts instead of the field.

    Rules about the field apply to it where the path has it.
    """

    name: str


class OneOf:
    """`Annotated[…, OneOf("rsa", "ec")]`: the values that a field may have, besides none.

    It tells forms and generated clients what to offer.  What becomes of other values is the engine's to say.
    """

    __slots__ = ("values",)

    def __init__(self, *values: str) -> None:
        self.values = values


class Usually:
    """`Annotated[bool | None, Usually(True)]`: what holds without a value, where the default is None.

    It tells forms and generated clients; the engine itself fills it in.
    """

    __slots__ = ("value",)

    def __init__(self, value: bool | int | str | list[str]) -> None:
        self.value = value


_COERCERS: dict[Any, Callable[[Any], Any]] = {
    str: to_text,
    int: to_int,
    float: to_float,
    bool: to_bool,
    Duration: to_seconds,
    GivenDuration: to_given_seconds,
    SignedDuration: to_signed_seconds,
    CommaList: to_list,
    IntList: to_int_list,
    list: to_plain_list,
    StringMap: to_string_map,
    JsonMap: to_map,
    Any: lambda value: value,
}


class Field(msgspec.Struct, frozen=True):
    """One declared field."""

    name: str
    type: Any
    coerce: Callable[[Any], Any]
    description: str
    required: bool
    default: Any
    secret: bool = False
    """Whether the audit log always shows its digest."""
    form: Callable[[Any], Any] | None = None
    names: tuple[str, ...] = ()
    """The other names of the same parameter."""
    newer: str = ""
    """The name that counts where both are given; empty for a name that isn't an old one."""
    denied_as: DeniedAs | None = None
    in_path: str = ""
    """The parameter of the path that counts instead; empty for none."""
    keys: Keys | None = None
    """The known names of an object, if other names are a mistake."""
    choices: tuple[str, ...] = ()
    """The values that it may have; empty if they can't be told one by one."""
    usual: Any = None
    """What holds without a value; None where that is the default, or isn't always the same."""

    @property
    def is_kept_by_null(self) -> bool:
        """Whether null is as if the request didn't name the field."""
        return not self.required and self.type in {Duration, GivenDuration, SignedDuration}

    def normal(self, value: Any) -> Any:
        """The value in the engine's form, which rules compare.

        Raises: `FieldError` for a value that can't be converted.
        """
        coerced = self.coerce(value)
        try:
            return coerced if self.form is None else self.form(coerced)
        except InvalidRequest as error:
            raise FieldError(error.text) from error


@cache
def fields_of(body: type[Body]) -> tuple[Field, ...]:
    """The declared fields of a body, in order.  Raises `TypeError` for a type without a coercion."""
    hints = typing.get_type_hints(body, include_extras=True)
    out: list[Field] = []
    groups: dict[str, str] = {}
    for info in msgspec.structs.fields(body):
        hint, marks = hints[info.name], list[Any]()
        if typing.get_origin(hint) is Annotated:
            hint, *marks = typing.get_args(hint)
        description = next((mark.description or "" for mark in marks if isinstance(mark, msgspec.Meta)), "")
        secret = any((mark.extra or {}).get("secret") for mark in marks if isinstance(mark, msgspec.Meta))
        form = next((mark.form for mark in marks if isinstance(mark, Normal)), None)
        groups[info.encode_name] = next((mark.name for mark in marks if isinstance(mark, OldNameOf)), info.encode_name)
        denied_as = next((mark for mark in marks if isinstance(mark, DeniedAs)), None)
        in_path = next((mark.name for mark in marks if isinstance(mark, InPath)), "")
        keys = next((mark for mark in marks if isinstance(mark, Keys)), None)
        choices = next((mark.values for mark in marks if isinstance(mark, OneOf)), ())
        usual = next((mark.value for mark in marks if isinstance(mark, Usually)), None)
        options = [item for item in typing.get_args(hint) if item is not type(None)]
        base = options[0] if len(options) == 1 and type(None) in typing.get_args(hint) else hint
        base = list if base == list[str] else base
        if base not in _COERCERS:
            raise TypeError(f"{body.__name__}.{info.name}: no coercion for {base}")
        name = info.encode_name
        default = info.default if info.default is not msgspec.NODEFAULT else None
        out.append(
            Field(
                name,
                base,
                _COERCERS[base],
                description,
                info.required,
                default,
                secret,
                form,
                denied_as=denied_as,
                in_path=in_path,
                keys=keys,
                choices=choices,
                usual=usual,
            )
        )
    return tuple(
        msgspec.structs.replace(
            field,
            names=tuple(n for n in groups if n != field.name and groups[n] == group),
            newer=group if group != field.name else "",
        )
        for field in out
        for group in [groups[field.name]]
    )


@cache
def _filling(body: type[Body]) -> tuple[tuple[str, str, bool, Callable[[Any], Any]], ...]:
    """What `fill` asks of each field of a body: name, attribute, whether null keeps its value, and the coercion."""
    return tuple(
        (field.name, attribute, field.is_kept_by_null, field.coerce)
        for field, attribute in zip(fields_of(body), body.__struct_fields__, strict=True)
    )


def fill(body: type[B], data: Mapping[str, Any], *, prefix: str = "", patch: bool = False) -> B:
    """Make the body from a request's data.

    Args:
        prefix: put before the text of an error. patch: whether null resets durations too (RFC 7396, section 1).

    Raises: `InvalidRequest` that names the first field with an invalid value.
    """
    values: dict[str, Any] = {}
    for name, attribute, is_kept_by_null, coerce in _filling(body):
        if name not in data or (data[name] is None and is_kept_by_null and not patch):
            continue
        try:
            values[attribute] = coerce(data[name])
        except FieldError as error:
            raise InvalidRequest(f'{prefix}error converting input for field "{name}": {error}') from error
    return body(**values)


def check(fields: Mapping[str, Field], data: Mapping[str, Any], *, prefix: str = "") -> None:
    """Raise `InvalidRequest`, as `fill` does, for the first invalid value."""
    for name in data.keys() & fields.keys():
        try:
            fields[name].coerce(data[name])
        except FieldError as error:
            raise InvalidRequest(f'{prefix}error converting input for field "{name}": {error}') from error

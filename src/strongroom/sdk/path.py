"""Declares paths.  Each operation has a decorator, which gives routing, fields, needed rights, help and OpenAPI.

A pattern consists of literal segments, `{name}` (one segment), and once `{name*}` (at least one character, slashes
included) or `{name**}` (the same, or empty).  A form after a colon gives the parameter's canonical spelling:
`{name:lower}`, `{path*:slashless}` (see `spelling.FORMS`).  Each `{name}` is a parameter of the function;
`declarations.py` checks it.
"""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypedDict, TypeVar, Unpack

import msgspec

from strongroom.sdk.fields import Body
from strongroom.sdk.request import Operation
from strongroom.sdk.response import Response
from strongroom.sdk.spelling import FORMS

Endpoint = Callable[..., Awaitable[Response | None]]
F = TypeVar("F", bound=Endpoint)


class DeclarationError(TypeError):
    """An engine class has a wrong declaration.  The text names class, function and pattern."""


class Options(TypedDict, total=False):
    """The options of a path besides its pattern; see `Declaration`."""

    sudo: bool
    unauthenticated: bool
    opened_by: str
    bad_token: str
    exists: str
    logs_in: str
    update_creates: bool
    takes_anything: bool
    root_only: bool
    own_token: bool
    while_locked: bool
    computes: bool
    by_rows: bool
    repeatable: bool
    event: str


class Declaration(msgspec.Struct, frozen=True):
    """The declaration that one decorator made for one function."""

    pattern: str
    """Without the forms of its parameters."""
    operations: tuple[Operation, ...]
    function: str
    """The method's name on the engine."""
    body: type[Body] | None
    parameters: tuple[str, ...]
    summary: str
    description: str
    sudo: bool = False
    """Whether the path needs the `sudo` capability besides that of its operation."""
    unauthenticated: bool = False
    """Whether it needs no token."""
    opened_by: str = ""
    """The name of the listener's setting that serves it without a token; empty if there is none."""
    bad_token: str = ""
    """For paths that take a wrapping token: the error for a token that isn't one, checked before anything else."""
    exists: str = ""
    """The method that distinguishes an update from a creation:

    `async (request, …parameters) -> bool`.  Without it, every write is an update.
    """
    logs_in: str = ""
    """The method that says by which auth mounts a client without a token is logged in:

    `async (request, …parameters) -> Delegates | None`.  With None, it gets the usual error.
    """
    update_creates: bool = False
    """Whether who may update may create as well, so that `exists` only lets clients create that may do no more."""
    takes_anything: bool = False
    """Whether undeclared fields are expected, and so cause no warning."""
    root_only: bool = False
    """Whether only the root namespace has the path."""
    own_token: bool = False
    """Whether the path concerns the request's own token.

    It is served in the token's namespace then, whichever one the request names.
    """
    while_locked: bool = False
    """Whether it is served while the API of its namespace is locked."""
    computes: bool = False
    """Whether the method asks and changes nothing but through its view and `request.once`.

    The audit entry of its request is then written together with that of the response, unless it writes a row.  All
    reads and listings of Strongroom's own engines are so.  What decides about the request is remembered, so there the
    method of `exists` has to answer by the path and the rows alone.  Of plugins with `exists` nothing is remembered.
    """
    by_rows: bool = False
    """Whether a system path acts by the rows that it writes alone, as those of all other engines do."""
    repeatable: bool = False
    """Whether the answer follows from the rows that the view was asked for, from the request and from its client.

    It is then given again without asking the method, until one of the rows changes or a time comes that the method has
    named (`Request.reached`, `Request.left`).  Nothing else may go into it: no state of the process, no settings, no
    other system.  What uses `request.now`, `request.once` or `request.differs`, or writes, is asked each time.
    """
    event: str = ""
    """The type of the event that a request tells of which succeeds, such as `policy/write`; empty for none.

    `{operation}` stands for `create`, `update` and so on.  The path of the request is told, so it holds no secret.
    """
    forms: Mapping[str, str] = {}
    """The form of each parameter that has one, by its name."""


_READS = frozenset({Operation.READ, Operation.LIST, Operation.SCAN, Operation.HEADER})
_PART = re.compile(r"\{(\w+)(\*{0,2})\}")
_FORMED = re.compile(r"\{(\w+)(\*{0,2}):(\w+)\}")


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """The regular expression for a pattern without forms."""
    out, at = "", 0
    for part in _PART.finditer(pattern):
        out += re.escape(pattern[at : part.start()])
        out += f"(?P<{part[1]}>" + {"": "[^/]+", "*": ".+", "**": ".*"}[part[2]] + ")"
        at = part.end()
    return re.compile(out + re.escape(pattern[at:]), re.DOTALL)


def parameters_of(pattern: str) -> list[str]:
    """The names of a pattern's parameters, in order."""
    return [part[1] for part in _PART.finditer(pattern)]


def fill_pattern(pattern: str, values: Mapping[str, str]) -> str:
    """The path of a pattern with these values.  Raises `KeyError` for a parameter without a value."""
    return _PART.sub(lambda part: values[part[1]], pattern)


def arguments(function: Callable[..., Any]) -> tuple[str, ...]:
    """The names of what a function takes, in order.  `inspect.signature` would cost each start a tenth of a second."""
    code = getattr(function, "__code__", None)
    if code is None or hasattr(function, "__wrapped__"):
        return tuple(inspect.signature(function).parameters)
    return tuple(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])


def body_of(function: Callable[..., Any]) -> Any:
    """The annotation of a function's parameter `body`; None if it has none."""
    hint = getattr(function, "__annotations__", {}).get("body")
    if not isinstance(hint, str):
        return hint
    found = getattr(function, "__globals__", {}).get(hint)
    return typing.get_type_hints(function).get("body") if found is None else found


def _declare(formed: str, operations: tuple[Operation, ...], options: Options) -> Callable[[F], F]:
    forms = {part[1]: part[3] for part in _FORMED.finditer(formed)}
    if unknown := set(forms.values()) - FORMS.keys():
        raise DeclarationError(f"{formed}: there is no form {', '.join(sorted(unknown))}")
    pattern = _FORMED.sub(r"{\1\2}", formed)
    _check_pattern(formed, pattern)
    if unknown := options.keys() - Options.__annotations__.keys():
        raise DeclarationError(f"{formed}: a path has no option {', '.join(sorted(unknown))}")

    def mark(function: F) -> F:
        names = [name for name in arguments(function) if name not in {"self", "request", "body"}]
        summary, _, description = inspect.cleandoc(function.__doc__ or "").partition("\n")
        given: Options = {"computes": _reads(function, operations), **options}
        declaration = Declaration(
            pattern=pattern,
            operations=operations,
            function=function.__name__,
            body=body_of(function),
            parameters=tuple(names),
            summary=summary,
            description=description.strip(),
            forms=forms,
            **given,
        )
        declared: list[Declaration] = getattr(function, "__paths__", [])
        function.__paths__ = [*declared, declaration]  # type: ignore[attr-defined]
        return function

    return mark


def _reads(function: Callable[..., Any], operations: tuple[Operation, ...]) -> bool:
    """Whether a method is a read of an engine of this package.  What a plugin's reads do isn't known here."""
    return _READS.issuperset(operations) and function.__module__.partition(".")[0] == __name__.partition(".")[0]


def _check_pattern(formed: str, pattern: str) -> None:
    """Raise `DeclarationError` for a pattern that is invalid or misleading."""
    names = parameters_of(pattern)
    if len(names) != len(set(names)):
        raise DeclarationError(f"{formed}: a parameter is named twice")
    if "" in pattern.split("/"):
        raise DeclarationError(f"{formed}: a pattern has no empty segments, and no slash at its beginning or end")
    if "{" in _PART.sub("", pattern) or "}" in _PART.sub("", pattern):
        raise DeclarationError(
            f"{formed}: a parameter is written {{name}}, {{name*}} or {{name**}}, its form after a colon"
        )
    if sum(bool(part[2]) for part in _PART.finditer(pattern)) > 1:
        raise DeclarationError(f"{formed}: only one parameter may take slashes")


def read(pattern: str, **options: Unpack[Options]) -> Callable[[F], F]:
    """`GET`."""
    return _declare(pattern, (Operation.READ,), options)


def head(pattern: str, **options: Unpack[Options]) -> Callable[[F], F]:
    """`HEAD`, for protocols that ask for header fields alone.  The body of the response isn't sent."""
    return _declare(pattern, (Operation.HEADER,), options)


def write(pattern: str, **options: Unpack[Options]) -> Callable[[F], F]:
    """`POST` and `PUT`, whether they create or update."""
    return _declare(pattern, (Operation.CREATE, Operation.UPDATE), options)


def patch(pattern: str, **options: Unpack[Options]) -> Callable[[F], F]:
    """`PATCH` with a JSON merge patch."""
    return _declare(pattern, (Operation.PATCH,), options)


def delete(pattern: str, **options: Unpack[Options]) -> Callable[[F], F]:
    """`DELETE`."""
    return _declare(pattern, (Operation.DELETE,), options)


def list_(pattern: str, **options: Unpack[Options]) -> Callable[[F], F]:
    """`LIST`, and `GET` with `?list=true`.  The pattern is written without a trailing slash."""
    return _declare(pattern, (Operation.LIST,), options)


def scan(pattern: str, **options: Unpack[Options]) -> Callable[[F], F]:
    """`SCAN`, and `GET` with `?scan=true`."""
    return _declare(pattern, (Operation.SCAN,), options)

"""From a path and an operation to the declaration that serves them.

Each engine class has one table, made of its declarations.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from strongroom.lib.errors import UnsupportedOperation, UnsupportedPath
from strongroom.sdk.coercion import to_text
from strongroom.sdk.fields import Field, fields_of
from strongroom.sdk.pages import missing
from strongroom.sdk.path import Declaration, DeclarationError, compile_pattern, fill_pattern, parameters_of
from strongroom.sdk.request import Operation
from strongroom.sdk.spelling import PLAIN, SLASHLESS, Form, canonical, form_of

_LISTINGS = frozenset({Operation.LIST, Operation.SCAN})
UNSUPPORTED_PATH = "1 error occurred:\n\t* unsupported path\n\n"
UNSUPPORTED_OPERATION = "1 error occurred:\n\t* unsupported operation\n\n"


class Route(msgspec.Struct, frozen=True):
    """A pattern with all its declarations."""

    pattern: str
    expression: re.Pattern[str]
    by_operation: dict[Operation, Declaration]
    folder: str
    """The part of the pattern before its first parameter; empty if it has none."""
    lists: bool
    """Whether one of its operations is a listing, so that the path may end in a slash."""
    fields: dict[str, Field]
    """Fields of all operations, by name."""
    known_fields: frozenset[str]
    """Fields of all operations, and parameters of the path.  A request with them gets no warning."""
    one_body: bool = False
    """Whether all operations have the same fields, so that who has filled the body has checked all of them."""
    telling: frozenset[str] = frozenset()
    """The known fields that can cause a warning: those by an old name, and those that hold fields of their own."""
    also: tuple[str, ...] = ()
    """Other paths of the mount for the same object.  Braces contain a parameter of the path or a field of the body."""


class Match(msgspec.Struct, frozen=True):
    """The route and the declaration that a request's path and operation lead to."""

    route: Route
    declaration: Declaration
    parameters: dict[str, str]
    """The path's parameters, in canonical form."""
    path: str
    """The request's path in canonical form, relative to the mount.  All checks use this spelling."""
    written: dict[str, str] = {}
    """The parameters as the client wrote them, if they weren't in canonical form."""

    @property
    def is_plain(self) -> bool:
        """Whether the path has no other spelling, and its object has no other path."""
        return not self.declaration.forms and not self.route.also

    @property
    def naming(self) -> bool:
        """Whether the body names a part of the object's other paths, so that rules are asked differently for each."""
        known = self.parameters.keys()
        return any(not set(_NAMED.findall(other)) <= known for other in self.route.also)

    def form(self, mount_path: str) -> Form:
        """The form that rules must be converted to before they are compared with the path.

        Args:
            mount_path: full path of the mount, ending in `/`.
        """
        forms = self.declaration.forms
        return form_of(self.route.pattern, forms, mount_path.count("/")) if forms else PLAIN

    @property
    def stated(self) -> dict[str, str]:
        """The values of fields that the path states, by the fields' names."""
        return {
            field.name: self.parameters[field.in_path]
            for field in self.route.fields.values()
            if field.in_path in self.parameters
        }

    def others(self, data: Mapping[str, Any]) -> list[str]:
        """The other paths of the request's object, relative to the mount."""
        if not self.route.also:
            return []
        values = {**{name: to_text(data[name]) for name in data if is_plain(data[name])}, **self.parameters}
        return [fill_pattern(other, values) for other in self.route.also if set(_NAMED.findall(other)) <= values.keys()]


_NAMED = re.compile(r"\{(\w+)")


def is_plain(value: Any) -> bool:
    """Whether a value of a body could be a part of a path."""
    return isinstance(value, str | int | float)


class RouteTable:
    """The paths of one engine class, tried in the order of their declaration, within their first segment."""

    def __init__(
        self,
        declarations: list[Declaration],
        synonyms: Mapping[str, tuple[str, ...]] | None = None,
        secret_paths: tuple[str, ...] = (),
    ) -> None:
        grouped: dict[str, list[Declaration]] = {}
        for declaration in declarations:
            grouped.setdefault(declaration.pattern, []).append(declaration)
        for pattern, also in (synonyms or {}).items():
            if pattern not in grouped:  # a rule that denies one of them would deny that one alone
                raise DeclarationError(f'"{pattern}": synonyms are given of it, and it is not declared')
            if not isinstance(also, tuple):  # of a text every letter would be a path
                raise DeclarationError(f'"{pattern}": its synonyms are a tuple of paths')
        for pattern in secret_paths:
            if not pattern.endswith("}"):
                raise DeclarationError(f'"{pattern}": a secret path ends in what is secret, in braces')
        self.routes = tuple(
            _route(pattern, group, (synonyms or {}).get(pattern, ())) for pattern, group in grouped.items()
        )
        for route in self.routes:
            _check_synonyms(route)
        self._by_head: dict[str, list[Route]] = {}
        self._heads = {_head(route.pattern) for route in self.routes} - {""}
        for head in self._heads | {""}:
            self._by_head[head] = [route for route in self.routes if _head(route.pattern) in {head, ""}]
        self.secret_fields = frozenset(
            field.name for route in self.routes for field in route.fields.values() if field.secret
        )
        """Names of fields that the audit log never shows."""
        self._secret_paths: dict[str, list[re.Pattern[str]]] = {}
        for pattern in secret_paths:
            self._secret_paths.setdefault(pattern.partition("/")[0], []).append(compile_pattern(pattern))

    def find(self, operation: Operation, path: str) -> Match:
        """Find the declaration of a path and an operation.

        Raises: `UnsupportedPath` if no pattern matches; `UnsupportedOperation` if no matching pattern has the
        operation.
        """
        head = path.partition("/")[0]
        fits = False
        for route in self._by_head.get(head) or self._by_head[""]:
            declaration = route.by_operation.get(operation)
            found = route.expression.fullmatch(path)
            if found is None and route.lists and path.endswith("/"):
                found = route.expression.fullmatch(path[:-1])
                if found is not None and operation not in _LISTINGS:
                    path = path[:-1]  # a listing's slash, which other operations ignore
            if found is None:
                continue
            fits = True
            if declaration is not None:
                if not declaration.forms:
                    return Match(route, declaration, found.groupdict(), path)
                return _match(route, declaration, operation, path, found.groupdict())
        if fits:
            raise UnsupportedOperation(UNSUPPORTED_OPERATION)
        raise UnsupportedPath(UNSUPPORTED_PATH)

    def secret_part(self, path: str) -> tuple[str, int] | None:
        """The name and the offset of the secret part of a path, which reaches to the end; None if there is none."""
        if not self._secret_paths:
            return None
        for expression in self._secret_paths.get(path.partition("/")[0], ()):
            found = expression.fullmatch(path)
            if found is not None:
                name = next(iter(expression.groupindex))
                return name, found.start(name)
        return None

    def is_open(self, path: str) -> bool:
        """Whether an operation of `path`, or of a path of the same shape, needs no token."""
        return any(
            declaration.unauthenticated
            for route in self._by_head.get(path.partition("/")[0]) or self._by_head[""]
            if route.expression.fullmatch(path) is not None or (route.folder and path.startswith(route.folder))
            for declaration in route.by_operation.values()
        )


def _match(
    route: Route, declaration: Declaration, operation: Operation, path: str, parameters: dict[str, str]
) -> Match:
    """The match of a route with forms, by the canonical path."""
    formed = canonical(declaration.forms, parameters)
    if formed is parameters:
        return Match(route, declaration, parameters, path)
    path = fill_pattern(route.pattern, formed)
    if operation in _LISTINGS and not path.endswith("/"):
        path += "/"
    return Match(route, declaration, formed, path, parameters)


def _check_synonyms(route: Route) -> None:
    """Raise `DeclarationError` for another path that nobody could fill in: a rule that denies it would deny nothing."""
    known = {*parameters_of(route.pattern), *route.fields}
    for other in route.also:
        if unknown := sorted(set(_NAMED.findall(other)) - known):
            what = f"{', '.join(unknown)} is no parameter of the path and no field of its body"
            raise DeclarationError(f'"{route.pattern}", which is also "{other}": {what}')


def _check_forms(pattern: str, declarations: list[Declaration]) -> None:
    """Raise `DeclarationError` where verbs of a path spell its parameter differently: they would be of two things.

    What a slash at the end means may differ: of a listing it is the folder.
    """
    for name in parameters_of(pattern):
        forms = {each.function: each.forms.get(name, "") for each in declarations}
        if len({"" if form == SLASHLESS else form for form in forms.values()}) > 1:
            shown = ", ".join(f"{function}: {form or 'none'}" for function, form in forms.items())
            raise DeclarationError(f'"{pattern}": the parameter {name} has different forms ({shown})')


def _head(pattern: str) -> str:
    head = pattern.partition("/")[0]
    return "" if "{" in head else head


def _route(pattern: str, declarations: list[Declaration], also: tuple[str, ...]) -> Route:
    _check_forms(pattern, declarations)
    by_operation: dict[Operation, Declaration] = {}
    fields: dict[str, Field] = {}
    known: set[str] = set()
    for declaration in declarations:
        for operation in declaration.operations:
            if operation in by_operation:
                first, second = by_operation[operation].function, declaration.function
                raise DeclarationError(f'"{pattern}": {operation} is declared twice, by {first} and {second}')
            by_operation[operation] = declaration
        known.update(declaration.parameters)
        if declaration.body is not None:
            fields |= {field.name: field for field in fields_of(declaration.body)}
        if not _LISTINGS.isdisjoint(declaration.operations):
            fields = {field.name: field for field in missing(declaration.body)} | fields
    return Route(
        pattern=pattern,
        expression=compile_pattern(pattern),
        by_operation=by_operation,
        folder=pattern.partition("{")[0] if "{" in pattern else "",
        lists=not by_operation.keys().isdisjoint({Operation.LIST, Operation.SCAN}),
        fields=fields,
        known_fields=frozenset(known | fields.keys()),
        one_body=len({declaration.body for declaration in declarations}) == 1,
        telling=frozenset(name for name, field in fields.items() if field.newer or field.keys is not None),
        also=also,
    )

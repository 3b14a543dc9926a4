"""Checks an engine class's declarations when the class is created, so that a misspelt name fails before any request."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Sequence
from typing import Any

from strongroom.sdk.fields import Body
from strongroom.sdk.path import Declaration, DeclarationError, parameters_of


def check_declarations(engine: type, declarations: Sequence[Declaration], *, whole: bool) -> None:
    """Compare each declared pattern with the function that serves it.

    Args:
        engine: the class that has the functions.
        whole: whether the class can be mounted.  For a mixin, other mixins may have the `exists` methods.

    Raises: `DeclarationError`, which names class, function and pattern.
    """
    for declaration in declarations:
        for wrong in _faults(engine, declaration, whole=whole):
            raise DeclarationError(f'{engine.__name__}.{declaration.function}, "{declaration.pattern}": {wrong}')


def _faults(engine: type, declaration: Declaration, *, whole: bool) -> list[str]:
    function = getattr(engine, declaration.function)
    given = parameters_of(declaration.pattern)
    found = _taking(function, given)
    body = typing.get_type_hints(function).get("body")
    if "body" in inspect.signature(function).parameters and not (isinstance(body, type) and issubclass(body, Body)):
        found.append("the parameter body is annotated with no subclass of Body")
    if whole and declaration.exists:
        hook = getattr(engine, declaration.exists, None)
        if hook is None:
            found.append(f'the class has no method "{declaration.exists}", which exists= names')
        else:
            found += [f"{declaration.exists}, which exists= names: {wrong}" for wrong in _taking(hook, given)]
    return found


def _taking(function: Any, given: Sequence[str]) -> list[str]:
    """The reasons why a function can't be called with a request and these parameters."""
    if not inspect.iscoroutinefunction(function):
        return ["the function is not async"]
    taken = inspect.signature(function).parameters
    names = [name for name in taken if name not in {"self", "request", "body"}]
    needed = [name for name in names if taken[name].default is inspect.Parameter.empty]
    found = [] if "request" in taken else ["the function has no parameter request"]
    found += [f"the function has no parameter {name}" for name in given if name not in names]
    return found + [f"the pattern has no {{{name}}}, which the function needs" for name in needed if name not in given]

"""Checks an engine class's declarations when the class is created, so that a misspelt name fails before any request."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Sequence
from typing import Any

from strongroom.sdk.fields import Body
from strongroom.sdk.path import Declaration, DeclarationError, arguments, body_of, parameters_of
from strongroom.sdk.request import Operation

_SHORT = 5
"""Letters; many words differ from a shorter name by one letter."""


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


_TEXTS = (
    ("request_headers", (set, frozenset)),
    ("secret_answers", (set, frozenset)),
    ("secret_paths", (tuple, list)),
)


def check_hooks(engine: type, contract: Sequence[type]) -> None:
    """Compare what a class says of itself, and the hooks that it has, with the classes that say what is looked for.

    A misspelt hook is never called, and a misspelt `secret_answers` hides nothing; neither would be noticed.

    Args:
        contract: the base classes, such as `Engine`.

    Raises: `DeclarationError`, which names class and attribute.
    """
    known = {name: value for base in contract for name, value in vars(base).items() if not name.startswith("_")}
    known |= {name: None for base in contract for name in vars(base).get("__annotations__", {}) if name not in known}
    own = {
        name: value for base in reversed(engine.__mro__) if base not in contract for name, value in vars(base).items()
    }
    for name, value in own.items():
        if name in known:
            wrong = _unlike(value, known[name])
        elif name.startswith("_") or hasattr(value, "__paths__"):
            continue
        else:
            meant = _slip_of(name, known)
            wrong = meant and f'is "{meant}" meant? If not, begin the name with an underscore'
        if wrong:
            raise DeclarationError(f"{engine.__name__}.{name}: {wrong}")
    for name, kind in _TEXTS:
        if not isinstance(getattr(engine, name), kind):
            raise DeclarationError(f"{engine.__name__}.{name}: expected a {kind[0].__name__} of texts")


def _unlike(value: Any, base: Any) -> str:
    """Why a hook can't be called as the one that it takes the place of; empty when it can."""
    if not inspect.isfunction(value) or not inspect.isfunction(base):
        return ""
    if inspect.iscoroutinefunction(base) and not inspect.iscoroutinefunction(value):
        return "the function is not async"
    given = inspect.signature(base).parameters
    try:
        inspect.signature(value).bind(*given)
    except TypeError:
        return f"the function does not take what it is given: ({', '.join(given)})"
    return ""


def _slip_of(name: str, known: Collection[str]) -> str:
    """The known name from which this one differs by one letter; empty when there is none.

    Of short names only a letter too many or too few counts: `take` is no `make`.
    """
    return next((other for other in sorted(known) if _is_slip(name, other)), "")


def _is_slip(name: str, other: str) -> bool:
    if len(name) != len(other):
        long, short = sorted((name, other), key=len, reverse=True)
        return len(long) == len(short) + 1 and any(long[:i] + long[i + 1 :] == short for i in range(len(long)))
    wrong = [i for i, pair in enumerate(zip(name, other, strict=True)) if pair[0] != pair[1]]
    if len(name) < _SHORT:
        return False
    swapped = len(wrong) == 2 and [name[i] for i in wrong] == [other[i] for i in reversed(wrong)]
    return len(wrong) == 1 or swapped


def _faults(engine: type, declaration: Declaration, *, whole: bool) -> list[str]:
    function = getattr(engine, declaration.function)
    given = parameters_of(declaration.pattern)
    found = _taking(function, given)
    if declaration.repeatable and (not declaration.computes or Operation.HEADER in declaration.operations):
        found.append("only a path that computes is repeatable, and HEAD isn't")
    body = body_of(function)
    if "body" in arguments(function) and not (isinstance(body, type) and issubclass(body, Body)):
        found.append("the parameter body is annotated with no subclass of Body")
    for option in ("exists", "logs_in"):
        named = getattr(declaration, option)
        if not whole or not named:
            continue
        hook = getattr(engine, named, None)
        if hook is None:
            found.append(f'the class has no method "{named}", which {option}= names')
        else:
            found += [f"{named}, which {option}= names: {wrong}" for wrong in _taking(hook, given)]
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

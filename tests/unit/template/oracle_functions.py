"""The functions that the oracle has besides Go's own, and an execution with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from strongroom.template import Limits, parse
from strongroom.template.budget import Budget
from strongroom.template.errors import FunctionFailed
from strongroom.template.executing.members import MissingKey
from strongroom.template.formatting.printing import printed
from strongroom.template.function import Function, Kind
from strongroom.template.functions.methods import METHODS
from strongroom.template.values import text_of
from tests.unit.template.functions.around import FixedSurroundings


def shown(*values: Any) -> str:
    """What values print as."""
    return printed(values, Budget(Limits()))


def fail() -> str:
    """A function that fails."""
    raise FunctionFailed("it fails")


FUNCTIONS: Mapping[str, Function] = {
    "fail": Function(fail),
    "list": Function(lambda *values: list(values), rest=Kind.ANY),
    "text": Function(lambda text: text, (Kind.STRING,)),
    "two": Function(shown, (Kind.STRING, Kind.INT)),
    "many": Function(lambda text, *rest: shown(text, len(rest)), (Kind.STRING,), rest=Kind.STRING),
    "many64": Function(lambda *values: shown(list(values)), rest=Kind.INT64),
    "real": Function(shown, (Kind.FLOAT,)),
    "flag": Function(shown, (Kind.BOOL,)),
    "uns": Function(shown, (Kind.UINT64,)),
    "thing": Function(lambda value: value, (Kind.ANY,)),
    "none": Function(lambda: None),
    "strs": Function(lambda values: str(len(values)), (Kind.STRINGS,)),
    "anys": Function(lambda values: str(len(values)), (Kind.LIST,)),
    "mapping": Function(lambda values: str(len(values)), (Kind.MAP,)),
    "data": Function(text_of, (Kind.BYTES,)),
    "at": Function(shown, (Kind.TIME,)),
    **METHODS,
}


def executed(
    text: str,
    data: Any = None,
    *,
    name: str = "n",
    delimiters: tuple[str, str] = ("", ""),
    missing_key: MissingKey = "default",
    limits: Limits | None = None,
) -> str:
    """The result of a template."""
    template = parse(
        text, name=name, functions=FUNCTIONS, delimiters=delimiters, missing_key=missing_key, limits=limits
    )
    return template.execute(data, FixedSurroundings(), limits)

"""Calls of functions as the evaluator makes them."""

from __future__ import annotations

from typing import Any

from strongroom.template.functions import FUNCTIONS
from tests.unit.template.functions.around import FixedSurroundings


def call(name: str, *arguments: Any, around: FixedSurroundings | None = None) -> Any:
    """What a function gives.  Raises `FunctionFailed`."""
    function = FUNCTIONS[name]
    given = (around or FixedSurroundings(),) if function.around else ()
    return function.call(*given, *arguments)

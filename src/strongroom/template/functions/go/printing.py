"""Go's verb `%v`: a value as text."""

from __future__ import annotations

from typing import Any

from strongroom.template.budget import Budget, Exhausted
from strongroom.template.formatting.printing import printed
from strongroom.template.functions.bounds import MOST_BYTES, MOST_DEPTH, MOST_ITEMS, TooMuch
from strongroom.template.limits import Limits

_LIMITS = Limits(depth=MOST_DEPTH, steps=MOST_ITEMS, text_bytes=MOST_BYTES)


def shown(value: Any) -> str:
    """What `fmt.Sprint` makes of a value.  Raises `FunctionFailed` if that is too long."""
    try:
        return str(printed([value], Budget(_LIMITS)))
    except Exhausted as error:
        raise TooMuch(f"the value has {error}") from None

"""JSON.  Functions whose names begin with `must` say what is wrong, the others give an empty value (p).

Source: https://masterminds.github.io/sprig/defaults.html#fromjson-mustfromjson
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from strongroom.template.errors import FunctionFailed
from strongroom.template.function import Function, Kind
from strongroom.template.functions.bounds import TooMuch
from strongroom.template.functions.go import json_texts


def _otherwise(function: Callable[[Any], Any], value: Any) -> Callable[[Any], Any]:
    """The function, which gives another value when there is none."""

    def compute(argument: Any) -> Any:
        try:
            return function(argument)
        except TooMuch:
            raise
        except FunctionFailed:
            return value

    return compute


_to_pretty = partial(json_texts.encoded, indent="  ")
_to_raw = partial(json_texts.encoded, for_html=False)
_ANY, _TEXT = (Kind.ANY,), (Kind.STRING,)
FUNCTIONS: Mapping[str, Function] = {
    "fromJson": Function(_otherwise(json_texts.decoded, None), _TEXT),
    "mustFromJson": Function(json_texts.decoded, _TEXT),
    "toJson": Function(_otherwise(json_texts.encoded, ""), _ANY),
    "mustToJson": Function(json_texts.encoded, _ANY),
    "toPrettyJson": Function(_otherwise(_to_pretty, ""), _ANY),
    "mustToPrettyJson": Function(_to_pretty, _ANY),
    "toRawJson": Function(_to_raw, _ANY),
    "mustToRawJson": Function(_to_raw, _ANY),
}

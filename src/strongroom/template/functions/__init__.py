"""All functions that templates have besides those of Go's own language (p).

Two come from elsewhere: `executeTemplate` from the interpreter, `sockaddr` from the agent.

Source: https://github.com/hashicorp/consul-template/blob/main/docs/templating-language.md
"""

from __future__ import annotations

from collections.abc import Mapping

from strongroom.template.function import Function
from strongroom.template.functions import (
    debugging,
    documents,
    encodings,
    environment,
    files,
    lists,
    maps,
    methods,
    numbers,
    refusals,
    regular_expressions,
    scratch,
    secrets,
    sprig,
    text,
    time,
)

FUNCTIONS: Mapping[str, Function] = {
    **debugging.FUNCTIONS,
    **documents.FUNCTIONS,
    **encodings.FUNCTIONS,
    **environment.FUNCTIONS,
    **files.FUNCTIONS,
    **lists.FUNCTIONS,
    **maps.FUNCTIONS,
    **numbers.FUNCTIONS,
    **refusals.FUNCTIONS,
    **regular_expressions.FUNCTIONS,
    **secrets.FUNCTIONS,
    **sprig.FUNCTIONS,
    **text.FUNCTIONS,
    **time.FUNCTIONS,
}


def for_one_execution() -> dict[str, Function]:
    """The functions and the methods of values, with what they note for one execution."""
    return {**FUNCTIONS, **methods.METHODS, **scratch.functions()}

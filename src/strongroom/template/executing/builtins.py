"""The functions of Go's template language, and `executeTemplate`.

`and`, `or` and `call` look at more than their arguments' values: the evaluator computes them.

Source: https://pkg.go.dev/text/template#hdr-Functions
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from strongroom.template.errors import FunctionFailed
from strongroom.template.executing import comparisons, indexing
from strongroom.template.executing.truth import is_true
from strongroom.template.formatting.escaping import html_escaped, query_escaped, script_escaped
from strongroom.template.formatting.printing import formatted, printed, printed_line
from strongroom.template.function import Execution, Function, Kind

NO_VALUE: Final = "<no value>"


def _not(value: Any) -> bool:
    return not is_true(value)


def _print(execution: Execution, *values: Any) -> str:
    return printed(values, execution.budget)


def _printf(execution: Execution, pattern: str, *values: Any) -> str:
    return formatted(pattern, values, execution.budget)


def _println(execution: Execution, *values: Any) -> str:
    return printed_line(values, execution.budget)


def _escaper(escape: Callable[[str], str]) -> Function:
    """A function that escapes what its arguments print as.  Nil prints as it does by itself."""

    def escaped(execution: Execution, *values: Any) -> str:
        shown = [NO_VALUE if value is None else value for value in values]
        text = printed(shown, execution.budget)
        execution.budget.escape(len(text))
        return escape(text)

    return Function(escaped, rest=Kind.ANY, execution=True)


def _execute_template(execution: Execution, name: str, *data: Any) -> str:
    if len(data) > 1:
        count = len(data) + 1
        raise FunctionFailed(f"executeTemplate: wrong number of arguments, expected 1 or 2, but got {count}")
    return execution.run(name, data[0] if data else None)


def _decided_by_evaluator(*_: Any) -> Any:
    raise AssertionError("the evaluator computes it")


_ONE: Final = (Kind.REFLECTED,)
_TWO: Final = (Kind.REFLECTED, Kind.REFLECTED)
AND: Final = Function(_decided_by_evaluator, _ONE, rest=Kind.REFLECTED)
OR: Final = Function(_decided_by_evaluator, _ONE, rest=Kind.REFLECTED)
CALL: Final = Function(_decided_by_evaluator, _ONE, rest=Kind.REFLECTED)
BUILTINS: Final[Mapping[str, Function]] = {
    "and": AND,
    "or": OR,
    "call": CALL,
    "not": Function(_not, _ONE),
    "len": Function(indexing.length, _ONE),
    "index": Function(indexing.indexed, _ONE, rest=Kind.REFLECTED),
    "slice": Function(indexing.cut, _ONE, rest=Kind.REFLECTED),
    "print": Function(_print, rest=Kind.ANY, execution=True),
    "printf": Function(_printf, (Kind.STRING,), rest=Kind.ANY, execution=True),
    "println": Function(_println, rest=Kind.ANY, execution=True),
    "html": _escaper(html_escaped),
    "js": _escaper(script_escaped),
    "urlquery": _escaper(query_escaped),
    "eq": Function(comparisons.equal, _ONE, rest=Kind.REFLECTED),
    "ne": Function(comparisons.unequal, _TWO),
    "lt": Function(comparisons.less, _TWO),
    "le": Function(comparisons.at_most, _TWO),
    "gt": Function(comparisons.greater, _TWO),
    "ge": Function(comparisons.at_least, _TWO),
    "executeTemplate": Function(_execute_template, (Kind.STRING,), rest=Kind.ANY, execution=True),
}

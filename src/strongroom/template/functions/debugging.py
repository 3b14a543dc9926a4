"""Values with their types, for whoever writes a template (p).

Source: https://github.com/hashicorp/consul-template/blob/main/docs/templating-language.md#spew_sdump
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from strongroom.template.formatting.quoting import quoted
from strongroom.template.function import Function, Kind
from strongroom.template.functions.bounds import BoundedText, Visits
from strongroom.template.functions.go.printing import shown
from strongroom.template.types import is_list, type_name
from strongroom.template.values import Structure


def _spew_sdump(*values: Any) -> str:
    output, steps = BoundedText(), Visits()
    for value in values:
        _dump(value, output, steps, 0)
        output.add("\n")
    return output.text()


def _dump(value: Any, output: BoundedText, steps: Visits, depth: int) -> None:
    steps.take(depth)
    size = f" (len={len(value)})" if isinstance(value, (str, bytes, Mapping)) or is_list(value) else ""
    output.add(f"({type_name(value) if value is not None else 'interface {}'}){size} ")
    if isinstance(value, str):
        output.add(quoted(value))
    elif isinstance(value, Mapping):
        items = [(f"{_type_and_text(key)}: ", value[key]) for key in sorted(value)]
        _dump_all(items, output, steps, depth)
    elif isinstance(value, Structure):
        fields = [(f"{name}: ", getattr(value, attribute)) for name, attribute in value.fields.items()]
        _dump_all(fields, output, steps, depth)
    elif is_list(value):
        _dump_all([("", item) for item in value], output, steps, depth)
    else:
        output.add(shown(value))


def _dump_all(items: list[tuple[str, Any]], output: BoundedText, steps: Visits, depth: int) -> None:
    output.add("{\n")
    for number, (name, item) in enumerate(items, 1):
        output.add(" " * (depth + 1) + name)
        _dump(item, output, steps, depth + 1)
        output.add(",\n" if number < len(items) else "\n")
    output.add(" " * depth + "}")


def _type_and_text(key: str) -> str:
    return f"(string) (len={len(key)}) {quoted(key)}"


FUNCTIONS: Mapping[str, Function] = {"spew_sdump": Function(_spew_sdump, rest=Kind.ANY)}

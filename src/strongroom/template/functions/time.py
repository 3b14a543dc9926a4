"""The time (p).

Source: https://github.com/hashicorp/consul-template/blob/main/docs/templating-language.md#timestamp
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC

from strongroom.template.errors import FunctionFailed
from strongroom.template.function import Function, Kind
from strongroom.template.functions.go.layouts import RFC3339, format_time
from strongroom.template.surroundings import Surroundings


def _timestamp(around: Surroundings, *layouts: str) -> str:
    if len(layouts) > 1:
        raise FunctionFailed(f"timestamp: wrong number of arguments, expected 0 or 1, but got {len(layouts)}")
    now = around.now().astimezone(UTC)
    if layouts == ("unix",):
        return str(int(now.timestamp()))
    return format_time(now, *(layouts or (RFC3339,)))


FUNCTIONS: Mapping[str, Function] = {"timestamp": Function(_timestamp, rest=Kind.STRING, around=True)}

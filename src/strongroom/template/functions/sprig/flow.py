"""Ending an execution (p).

Source: https://masterminds.github.io/sprig/flow_control.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from strongroom.template.errors import FunctionFailed
from strongroom.template.function import Function, Kind


def _fail(message: str) -> NoReturn:
    raise FunctionFailed(message)


FUNCTIONS: Mapping[str, Function] = {"fail": Function(_fail, (Kind.STRING,))}

"""What counts as true (p).

Source: https://pkg.go.dev/text/template#IsTrue
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from strongroom.template.executing.held import plain
from strongroom.template.values import NilPointer, Structure


def is_true(value: Any) -> bool:
    """Whether a value is none of false, 0, nil, and a text, list or map without elements."""
    value = plain(value)
    if isinstance(value, (Structure, datetime)):
        return True
    return not isinstance(value, NilPointer) and bool(value)

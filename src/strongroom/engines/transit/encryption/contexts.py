"""Contexts of the items of a batch (p)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from strongroom.lib.errors import InvalidRequest


def all_have_contexts(items: Sequence[Any]) -> bool:
    """Whether the items have contexts.  Raises `InvalidRequest` if some have one, and some don't."""
    having = sum(bool(item.get("context")) for item in items)
    if having and having != len(items):
        raise InvalidRequest("context should be set either in all the request blocks or in none")
    return bool(having)

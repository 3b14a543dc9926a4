"""The header by which a client says that its request is part of a trace (p).

Source: https://www.w3.org/TR/trace-context/#traceparent-header
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_FORM: Final = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
_SAMPLED: Final = 1


class TraceParent(NamedTuple):
    """The span of the client that the request belongs to."""

    trace_id: int
    span_id: int
    sampled: bool
    """Whether the client records the trace."""


def parse_traceparent(text: str) -> TraceParent | None:
    """What a header says; None for one that isn't valid, which is as if there were none."""
    found = _FORM.fullmatch(text.strip())
    if found is None or found[1] == "ff" or (found[1] == "00" and found[5]):
        return None
    trace_id, span_id = int(found[2], 16), int(found[3], 16)
    if not trace_id or not span_id:
        return None
    return TraceParent(trace_id, span_id, bool(int(found[4], 16) & _SAMPLED))

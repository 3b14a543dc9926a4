"""What a template may cost, so that none holds up whoever renders it (p)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of reading and of one execution.

    Attributes:
        template_bytes: of a template's text.
        nesting: how deep parentheses and actions stand in one another.
        depth: the same while templates call each other.
        steps: values that are computed, elements that are printed, 256 bytes of a text, and 16 elements of a list or
            map that a function gets count as one each.
        text_bytes: of any text that is computed on the way.
        output_bytes: of the result.
        seconds: of processor time.  A call that costs one step may compute for long: a hundred thousand of them
            must not add up to days.
    """

    template_bytes: int = 1024 * 1024
    nesting: int = 100
    depth: int = 100
    steps: int = 1_000_000
    text_bytes: int = 4 * 1024 * 1024
    output_bytes: int = 16 * 1024 * 1024
    seconds: float = 30.0

"""Texts with `{{…}}` in them (p)."""

from __future__ import annotations


def split(text: str) -> list[str]:
    """The parts of a text: what stands outside of braces and what stands inside, by turns, beginning outside.

    Braces that nothing closes stand outside.  It takes one walk through the text.  A regular expression takes one for
    each `{{` that isn't closed, so that some kilobytes of them would stop the process for minutes.
    """
    parts, at = list[str](), 0
    while (begin := text.find("{{", at)) >= 0 and (end := text.find("}}", begin + 2)) >= 0:
        parts += (text[at:begin], text[begin + 2 : end])
        at = end + 2
    return [*parts, text[at:]]

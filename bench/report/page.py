"""Puts what was measured into the page of the documentation, between marks; the rest is written by hand (pure)."""

from __future__ import annotations

import re

_BLOCK = re.compile(r"<!-- measured: (?P<name>[a-z-]+) -->\n.*?<!-- end -->", re.DOTALL)


def blocks(page: str) -> list[str]:
    """The names of the blocks that a page has, in order."""
    return [found["name"] for found in _BLOCK.finditer(page)]


def filled(page: str, contents: dict[str, str]) -> str:
    """The page with new contents; blocks without any stay as they are.  Raises `ValueError` for a missing block."""
    if missing := contents.keys() - set(blocks(page)):
        raise ValueError(f"the page has no block for {', '.join(sorted(missing))}")

    def block(found: re.Match[str]) -> str:
        name = found["name"]
        return f"<!-- measured: {name} -->\n{contents[name]}\n<!-- end -->" if name in contents else found[0]

    return _BLOCK.sub(block, page)

"""Unexpected exceptions as text that is safe to log."""

from __future__ import annotations

import traceback


def describe(error: BaseException) -> str:
    """The class of an exception, its place in the code, and the same for its causes.

    Messages and local variables are left out, because they may contain tokens and secrets.
    """
    described: list[str] = []
    link: BaseException | None = error
    while link is not None and len(described) < 8:
        frames = "".join(traceback.format_tb(link.__traceback__))
        described.append(f"{type(link).__name__}\n{frames}")
        link = link.__cause__ or link.__context__
    return "caused by ".join(described)

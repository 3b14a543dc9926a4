"""Unexpected exceptions as text that is safe to log."""

from __future__ import annotations

import traceback


def describe(error: BaseException) -> str:
    """The class of an exception, where it was raised, and the same of what caused it.

    Neither messages nor local variables: a request's token or a secret may be in either.
    """
    described: list[str] = []
    link: BaseException | None = error
    while link is not None and len(described) < 8:
        frames = "".join(traceback.format_tb(link.__traceback__))
        described.append(f"{type(link).__name__}\n{frames}")
        link = link.__cause__ or link.__context__
    return "caused by ".join(described)

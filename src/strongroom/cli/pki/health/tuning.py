"""What checks of a mount's settings have in common."""

from __future__ import annotations

from collections.abc import Iterable


def has_headers(setting: Iterable[str] | None, wanted: Iterable[str]) -> bool:
    """Whether a list of headers names all of these, in whatever case."""
    return {name.lower() for name in wanted} <= {str(name).lower() for name in setting or ()}

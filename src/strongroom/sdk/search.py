"""What a search over mounts finds (p)."""

from __future__ import annotations

import msgspec


class Searchable(msgspec.Struct, frozen=True):
    """A secret that a mount has, without its value."""

    name: str
    """Relative to the mount."""
    at: str
    """Where a search goes on after it.  It has a meaning to the engine alone."""
    paths: tuple[str, ...]
    """The paths of the mount that read it.  Who may read one of them may find it."""
    metadata: dict[str, str] = {}
    """What its owners keep with it in clear."""

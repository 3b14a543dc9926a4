"""Settings of a storage stanza that several types of stores have (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from strongroom.lib.durations import SECOND_NS, parse_duration_ns
from strongroom.lib.errors import InvalidRequest
from strongroom.storage.patience import PATIENCE_S
from strongroom.storage.staleness import LONGEST_S

DATABASE = "strongroom.db"
DEFAULT_TABLE = "strongroom"

LEAST_TIMEOUT_S, LONGEST_TIMEOUT_S = 1, 60
"""Of a store's answer: below this a busy database would be taken for one that hangs; above it clients have given up."""

COMMON: frozenset[str] = frozenset({"max_staleness"})
"""What the stanza of every type may say."""


class StoreError(Exception):
    """The storage stanza names nothing that can be opened; the text says what to change."""


def directory(type_: str, options: Mapping[str, str]) -> Path:
    """The store's directory; `path` may also name the database file in it.  Raises `StoreError` without one."""
    text = options.get("path", "")
    if not text:
        raise StoreError(f'storage "{type_}" needs a path')
    path = Path(text)
    return path.parent if path.name == DATABASE else path


def max_staleness_s(type_: str, options: Mapping[str, str]) -> float:
    """How old what a process knows of the store may be, in seconds.  Raises `StoreError` for what is no such time."""
    text = options.get("max_staleness", "")
    if not text:
        return 0.0
    try:
        seconds = parse_duration_ns(text) / SECOND_NS
    except InvalidRequest as error:
        raise StoreError(f'storage "{type_}": max_staleness is no duration such as "500ms"') from error
    if not 0 <= seconds <= LONGEST_S:
        raise StoreError(f'storage "{type_}": max_staleness must be from 0 to {LONGEST_S:g} seconds')
    return seconds


def timeout_s(type_: str, options: Mapping[str, str]) -> float:
    """How long the store may take to answer, in seconds.  Raises `StoreError` for what is no such time."""
    text = options.get("timeout", "")
    if not text:
        return PATIENCE_S
    try:
        seconds = parse_duration_ns(text) / SECOND_NS
    except InvalidRequest as error:
        raise StoreError(f'storage "{type_}": timeout is no duration such as "5s"') from error
    if not LEAST_TIMEOUT_S <= seconds <= LONGEST_TIMEOUT_S:
        raise StoreError(f'storage "{type_}": timeout must be from {LEAST_TIMEOUT_S} to {LONGEST_TIMEOUT_S} seconds')
    return seconds

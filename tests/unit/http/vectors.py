"""The request vectors of `tests/vectors/http`; `data` is Latin-1 text, a character a byte."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parents[2] / "vectors" / "http"


def accepted() -> list[dict[str, Any]]:
    """Requests that must be read, with what must come out."""
    return _load("accepted")


def refused() -> list[dict[str, Any]]:
    """Requests that must be refused, with the status."""
    return _load("refused")


def _load(name: str) -> list[dict[str, Any]]:
    vectors: list[dict[str, Any]] = json.loads((_FOLDER / f"{name}.json").read_text())
    for vector in vectors:
        vector["data"] = vector["data"].encode("latin-1")
    return vectors

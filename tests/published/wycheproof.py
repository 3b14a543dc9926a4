"""Reads the files of Project Wycheproof (C2SP/wycheproof), which aren't part of the repository.

They are looked for in the folder that `WYCHEPROOF_VECTORS` names, or else in `shared/vectors/wycheproof` beside the
checkout.  Tests that need them are skipped where they are missing.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

_ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("WYCHEPROOF_VECTORS") or _ROOT.parent / "shared/vectors/wycheproof")


def cases(name: str) -> list[dict[str, Any]]:
    """The tests of a file, each with the fields of its group.  Skips the calling test if the file isn't there.

    Args:
        name: the file's name without `_test.json`.
    """
    file = FOLDER / f"{name}_test.json"
    if not file.is_file():
        pytest.skip(f"{file} isn't there; WYCHEPROOF_VECTORS names the folder of Project Wycheproof's testvectors_v1")
    found = json.loads(file.read_bytes())
    flat = [
        {**{k: v for k, v in group.items() if k not in {"tests", "source"}}, **test}
        for group in found["testGroups"]
        for test in group["tests"]
    ]
    assert len(flat) == found["numberOfTests"]
    return flat


def case_name(case: dict[str, Any]) -> str:
    """How a message names a test of a file."""
    return f"tcId {case['tcId']} ({case['comment']}, {case['result']})"

"""Reads the files of test vectors: those of the package `cryptography-vectors`, Project Wycheproof's, and our own."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
_ROOT = HERE.parents[2]
_WYCHEPROOF = Path(os.environ.get("WYCHEPROOF_VECTORS", _ROOT.parent / "shared/vectors/wycheproof"))


def own(name: str) -> Any:
    """A JSON file beside this one."""
    return json.loads((HERE / name).read_text())


@cache
def wycheproof(name: str) -> Any:
    """A file of Project Wycheproof; skips the test where they aren't at hand."""
    path = _WYCHEPROOF / name
    if not path.is_file():
        pytest.skip(
            f"Project Wycheproof's vectors aren't there: WYCHEPROOF_VECTORS has to name their folder, for {name}"
        )
    return json.loads(path.read_text())


def packaged(name: str) -> str:
    """A text file of `cryptography-vectors`, from its folder `asymmetric`."""
    vectors = pytest.importorskip("cryptography_vectors", reason="the package cryptography-vectors isn't installed")
    with vectors.open_vector_file(f"asymmetric/{name}", "r") as file:
        return str(file.read())


def nist(text: str, last: str) -> Iterator[Mapping[str, str]]:
    """The vectors of a file of NIST's CAVS: what was last said of each name, whenever the name `last` is said.

    The section's heading is under `[]`.
    """
    said: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("["):
            said["[]"] = line.strip("[] ")
        name, equals, value = line.partition("=")
        if not equals or line.startswith(("#", "[")):
            continue
        said[name.strip()] = value.strip()
        if name.strip() == last:
            yield dict(said)


def labelled(text: str) -> Iterator[tuple[str, bytes]]:
    """The values of a file of RSA Laboratories, with the label above each, in small letters."""
    label, digits = "", ""
    for line in (*text.splitlines(), "#"):
        if line.startswith("#"):
            if label and digits:
                yield label, bytes.fromhex("0" * (len("".join(digits.split())) % 2) + digits)
            label, digits = line.strip("# :\t").lower(), ""
        elif label and line.strip() and not line.startswith("="):
            digits += line.strip()

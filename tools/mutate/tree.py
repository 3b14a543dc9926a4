"""A copy of the tree to put faults into: what is being worked on is never touched."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]
_COPIED = ("src", "tests", "tools")
"""What mutants and tests write into or import from; everything else is only looked at, and linked."""
_OMITTED = {".git", ".venv", "build", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}


def lay(folder: Path) -> None:
    """Lay a copy of the tree into a folder."""
    for entry in ROOT.iterdir():
        if entry.name in _COPIED:
            shutil.copytree(entry, folder / entry.name, ignore=shutil.ignore_patterns("__pycache__"))
        elif entry.name == "pyproject.toml":
            shutil.copy(entry, folder)
        elif entry.name not in _OMITTED:
            (folder / entry.name).symlink_to(entry)


def environment(folder: Path) -> dict[str, str]:
    """The environment in which Python, and whatever it starts, imports from the copy before anything installed."""
    return os.environ | {"PYTHONPATH": f"{folder / 'src'}{os.pathsep}{folder}", "PYTHONHASHSEED": "0"}


def module_of(file: str) -> str:
    """The name that a source below `src` is imported by."""
    parts = Path(file).with_suffix("").parts[1:]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def put(folder: Path, file: str, source: str) -> None:
    """Write one source of the copy, and remove what was compiled from the one before.

    A compiled module is taken for its source by time and size, which two mutants may share.
    """
    path = folder / file
    path.write_text(source)
    Path(importlib.util.cache_from_source(str(path))).unlink(missing_ok=True)


def digests() -> dict[str, str]:
    """What tells one state of each file of tests from another; under an empty name, of everything they rest on."""
    rest, found = hashlib.sha256(), {}
    for top in ("src", "tests", "pyproject.toml"):
        path = ROOT / top
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            name = str(file.relative_to(ROOT))
            if not file.is_file() or "__pycache__" in file.parts:
                continue
            if top == "tests" and file.name.startswith("test_"):
                found[name] = hashlib.sha256(file.read_bytes()).hexdigest()
            else:
                rest.update(f"{name}\0".encode() + file.read_bytes() + b"\0")
    return {**found, "": rest.hexdigest()}

"""Environment variables for the keys of secrets (pure)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_]")


@dataclass(frozen=True, slots=True)
class FoundSecret:
    """A secret of a key/value engine.

    Attributes:
        path: by which a template reads it, with the `data/` of version 2.
        versioned: whether the engine is of version 2.
        keys: the names of its values.
    """

    path: str
    versioned: bool
    keys: Sequence[str]


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable and the template of its value."""

    name: str
    contents: str


def variables_of(secrets: Iterable[FoundSecret]) -> list[Variable]:
    """A variable for each key of each secret, named after both: `FOO_PASSWORD` for `password` in `secret/foo`.

    A secret that comes twice counts once.  If two keys would have the same name, the path goes into the name from its
    end on, until they differ.
    """
    wanted = [(found, key) for found in _once(secrets) for key in sorted(found.keys)]
    names = [_name(found, key, 1) for found, key in wanted]
    for depth in range(2, 1 + max((len(_parts(found)) for found, _ in wanted), default=0)):
        twice = {name for name in names if names.count(name) > 1}
        names = [
            _name(found, key, depth) if name in twice else name
            for name, (found, key) in zip(names, wanted, strict=True)
        ]
    taken: set[str] = set()
    return [Variable(_unlike(name, taken), _contents(*each)) for name, each in zip(names, wanted, strict=True)]


def _once(secrets: Iterable[FoundSecret]) -> list[FoundSecret]:
    return list({found.path: found for found in secrets}.values())


def _parts(found: FoundSecret) -> list[str]:
    return found.path.split("/")


def _name(found: FoundSecret, key: str, depth: int) -> str:
    text = "_".join([*_parts(found)[-depth:], key])
    name = _NOT_IN_A_NAME.sub("_", text).upper()
    return f"_{name}" if name[0].isdigit() else name


def _unlike(name: str, taken: set[str]) -> str:
    """The name, with a number behind it if another one has it: keys may differ in what names can't hold."""
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name}_{number}"
    taken.add(found)
    return found


def _contents(found: FoundSecret, key: str) -> str:
    data = ".Data.data" if found.versioned else ".Data"
    value = f"{data}.{key}" if _FIELD.fullmatch(key) else f"index {data} {_quoted(key)}"
    return f"{{{{ with secret {_quoted(found.path)} }}}}{{{{ {value} }}}}{{{{ end }}}}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)

"""Paths (p).

Source: https://masterminds.github.io/sprig/paths.html
"""

from __future__ import annotations

from collections.abc import Mapping

from strongroom.template.function import Function, Kind
from strongroom.template.functions.go import paths

_TEXT = (Kind.STRING,)
FUNCTIONS: Mapping[str, Function] = {
    "base": Function(paths.base, _TEXT),
    "clean": Function(paths.clean, _TEXT),
    "dir": Function(paths.directory, _TEXT),
    "ext": Function(paths.extension, _TEXT),
    "isAbs": Function(paths.is_absolute, _TEXT),
    "osBase": Function(paths.base, _TEXT),
    "osClean": Function(paths.clean, _TEXT),
    "osDir": Function(paths.directory, _TEXT),
    "osExt": Function(paths.extension, _TEXT),
    "osIsAbs": Function(paths.is_absolute, _TEXT),
}

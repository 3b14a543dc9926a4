"""Files that a template reads and writes (p).

Source: https://github.com/hashicorp/consul-template/blob/main/docs/templating-language.md#writetofile
"""

from __future__ import annotations

from collections.abc import Mapping

from strongroom.template.errors import FunctionFailed
from strongroom.template.function import Function, Kind
from strongroom.template.functions.go.numbers import NotANumber, parse_uint
from strongroom.template.functions.go.texts import trim_space
from strongroom.template.surroundings import Surroundings, WrittenFile

_MOST_MODE = (1 << 32) - 1


def _file(around: Surroundings, path: str) -> str:
    return around.file(trim_space(path)) if path else ""


def _write_to_file(around: Surroundings, path: str, owner: str, group: str, mode: str, *rest: str) -> str:
    if not rest:
        raise FunctionFailed("writeToFile: the content is missing")
    try:
        fits = parse_uint(mode, 8) <= _MOST_MODE
    except NotANumber as error:
        raise FunctionFailed(f"writeToFile: the permissions are no octal number: {error}") from None
    if not fits:
        raise FunctionFailed("writeToFile: the permissions are no octal number: value out of range")
    # With more than two, consul-template takes no flags at all.
    flags = rest[0] if len(rest) == 2 else ""
    around.write_file(WrittenFile(path, owner, group, mode, rest[-1], flags))
    return ""


FUNCTIONS: Mapping[str, Function] = {
    "file": Function(_file, (Kind.STRING,), around=True),
    "writeToFile": Function(_write_to_file, (Kind.STRING,) * 4, rest=Kind.STRING, around=True),
}

"""The files that templates write besides their own, by `writeToFile`.

Source: https://github.com/hashicorp/consul-template/blob/main/docs/templating-language.md#writetofile
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from strongroom.agent.files.reading import FileUnreadable, read_file
from strongroom.agent.files.replacing import NotWritten, Target, replace_file
from strongroom.template.surroundings import WrittenFile
from strongroom.template.values import data_of


@dataclass(frozen=True, slots=True)
class Further:
    """One file, with everything that a template writes to it.

    Attributes:
        appends: whether it is added to what the file holds.
    """

    target: Target
    text: str = field(repr=False)
    appends: bool


def composed(files: Iterable[WrittenFile]) -> tuple[Further, ...]:
    """What several calls write, a file at a time: what a later call adds is written together with what it is added to.

    (p)
    """
    made: dict[str, Further] = {}
    for each in files:
        path = os.path.normpath(each.path)
        text = each.text + ("\n" if "newline" in each.flags else "")
        appends = "append" in each.flags
        if appends and path in made:
            made[path] = replace(made[path], target=_target(each, path), text=made[path].text + text)
        else:
            made[path] = Further(_target(each, path), text, appends)
    return tuple(made.values())


def write_further(further: Further) -> bool:
    """Write one; whether it was another one before.  Raises `NotWritten`."""
    if not further.appends:
        return replace_file(further.target, data_of(further.text))
    before = ""
    if os.path.lexists(further.target.path):
        try:
            # Through a link, it would publish what another file holds.
            before = read_file(further.target.path, follows_link=False)
        except FileUnreadable as error:
            raise NotWritten(str(error)) from error
    return replace_file(further.target, data_of(before + further.text))


def _target(written: WrittenFile, path: str) -> Target:
    mode = int(written.mode, 8) & 0o7777
    return Target(path, mode, written.owner or os.getuid(), written.group or os.getgid())

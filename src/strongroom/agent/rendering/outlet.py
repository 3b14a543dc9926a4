"""Where the output of a template goes."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Protocol

from strongroom.agent.config.rendering import Template
from strongroom.agent.files.further import composed, write_further
from strongroom.agent.files.replacing import Target, exists, replace_file, try_out
from strongroom.template.surroundings import WrittenFile
from strongroom.template.values import data_of


class Outlet(Protocol):
    """Takes the output of a template."""

    async def try_out(self) -> None:
        """Find out whether output could be taken, before anything is asked for.  Raises `NotWritten`."""

    async def put(self, text: str, files: Sequence[WrittenFile]) -> bool:
        """Take output; whether it is another one than before.  Raises `NotWritten`."""


class FileOutlet:
    """Writes a file, and those that the template writes besides.

    Args:
        overwrites: whether a file that is there already is replaced by the first output.
    """

    def __init__(self, target: Target, *, overwrites: bool) -> None:
        self._target = target
        self._overwrites = overwrites
        self._left_alone: tuple[str, Sequence[WrittenFile]] | None = None
        self._others: Sequence[WrittenFile] | None = None

    async def try_out(self) -> None:
        """Write beside the file, and remove that.  Raises `NotWritten`."""
        await asyncio.to_thread(try_out, self._target)

    async def put(self, text: str, files: Sequence[WrittenFile]) -> bool:
        """Write what has changed; whether something has.  Raises `NotWritten`."""
        if not self._overwrites:
            if self._left_alone is None and await asyncio.to_thread(exists, self._target):
                self._left_alone = text, files
            if self._left_alone == (text, files):
                return False
            self._overwrites = True
        return await asyncio.to_thread(self._write, text, files)

    def _write(self, text: str, files: Sequence[WrittenFile]) -> bool:
        changed = False
        # The others first, so that whoever waits for the template's own file finds them written; and each output once,
        # because some of it may be added to what is there.
        if files != self._others:
            for each in composed(files):
                changed |= write_further(each)
            self._others = files
        return replace_file(self._target, data_of(text)) or changed


def outlet_of(template: Template) -> FileOutlet:
    """The file that a template's configuration names."""
    target = Target(
        path=template.destination,
        mode=template.perms,
        user=template.user or template.uid,
        group=template.group or template.gid,
        creates_folders=template.create_dest_dirs,
        backs_up=template.backup,
    )
    return FileOutlet(target, overwrites=template.overwrite)

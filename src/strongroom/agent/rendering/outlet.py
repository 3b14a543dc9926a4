"""Where the output of a template goes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from threading import Lock
from typing import Protocol

from strongroom.agent.config.rendering import Template
from strongroom.agent.files.further import composed, write_further
from strongroom.agent.files.owing import is_owed, owe, settle
from strongroom.agent.files.replacing import Target, exists, replace_file, try_out
from strongroom.agent.rendering.command import command_of
from strongroom.template.surroundings import WrittenFile
from strongroom.template.values import data_of


class Outlet(Protocol):
    """Takes the output of a template."""

    async def try_out(self) -> None:
        """Find out whether output could be taken, before anything is asked for.  Raises `NotWritten`."""

    async def put(self, text: str, files: Sequence[WrittenFile]) -> bool:
        """Take output; whether it is another one than before.  Raises `NotWritten`."""

    def telling(self) -> Callable[[], None]:
        """What is called when a command has told of the last change.  It may be called in any thread."""


class FileOutlet:
    """Writes a file, and those that the template writes besides.

    Args:
        overwrites: whether a file that is there already is replaced by the first output.
        tells: whether a command is run after a change.  That it is due outlives this process.
    """

    def __init__(self, target: Target, *, overwrites: bool, tells: bool = False) -> None:
        self._target = target
        self._tells = tells
        self._begun = False
        self._is_due = self._is_owed = False
        self._change = 0
        self._lock = Lock()
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
                await asyncio.to_thread(self._look)
                return self._with_owed(changed=False)
            self._overwrites = True
        return await asyncio.to_thread(self._write, text, files)

    def telling(self) -> Callable[[], None]:
        """Removes the mark beside the file, unless it has changed again meanwhile."""
        return partial(self._told, self._change)

    def _told(self, change: int) -> None:
        with self._lock:
            if change == self._change:
                settle(self._target)
                self._is_due = False

    def _write(self, text: str, files: Sequence[WrittenFile]) -> bool:
        if not self._tells:
            return self._replace(text, files)
        self._look()
        with self._lock:
            # Before the file is another one, so that no end of this process comes between.
            owe(self._target)
            self._change += 1
        changed = self._replace(text, files)
        with self._lock:
            if changed:
                self._is_due = True
            else:
                self._change -= 1
                if not self._is_due:
                    settle(self._target)
        return self._with_owed(changed=changed)

    def _look(self) -> None:
        """Find out, once, whether an earlier process has changed the file and told nobody."""
        if not self._begun and self._tells:
            self._is_due = self._is_owed = is_owed(self._target)
            self._begun = True

    def _with_owed(self, *, changed: bool) -> bool:
        """Whether there is a change to be told of: a new one, or once an earlier process's."""
        told, self._is_owed = changed or self._is_owed, False
        return told

    def _replace(self, text: str, files: Sequence[WrittenFile]) -> bool:
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
    return FileOutlet(target, overwrites=template.overwrite, tells=command_of(template) is not None)

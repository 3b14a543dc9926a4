"""What an import has done, in a file, so that it goes on where it was stopped.

Lines of JSON: first which import it is, then one for each object.  A line is written when the object is done, so what
a killed process had begun is looked at again; it is compared then, and not written twice.  Names of objects are in it,
and no content.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from strongroom.importing.inventory import DONE, Kind, Lack, Name, Outcome, State

_FORMAT: Final = 1


class JournalFault(Exception):
    """The file can't be used; the text is for people."""


class Journal:
    """One import's journal.

    Attributes:
        outcomes: of earlier runs, by name; the last one counts.
        made: mounts that the import has begun to make.
    """

    def __init__(self, file: IO[str] | None, outcomes: dict[Name, Outcome], made: set[Name]) -> None:
        self._file = file
        self._lock = threading.Lock()
        self.outcomes = outcomes
        self.made = made

    def is_done(self, name: Name) -> bool:
        """Whether an earlier run has done with it."""
        return name in self.outcomes and self.outcomes[name].state in DONE

    def add(self, outcome: Outcome) -> None:
        """Keep what became of an object.  Raises `JournalFault`."""
        lacks = [[lack.what, lack.reason, lack.remedy] for lack in outcome.lacks]
        more = {"state": outcome.state.value, "reason": outcome.reason, "lacks": lacks, "remedy": outcome.remedy}
        self._write({**_plain(outcome.name), **{name: value for name, value in more.items() if value}})

    def making(self, mount: Name) -> None:
        """Keep that a mount is about to be made.  Raises `JournalFault`."""
        self._write({**_plain(mount), "making": True})
        self.sync()

    def sync(self) -> None:
        """Have what was written survive the machine.  Raises `JournalFault`."""
        if self._file is not None:
            try:
                os.fsync(self._file.fileno())
            except OSError as error:
                raise JournalFault(f"the journal can't be written: {error.strerror}") from error

    def _write(self, line: Mapping[str, Any]) -> None:
        if self._file is None:
            return
        with self._lock:
            try:
                self._file.write(json.dumps(line) + "\n")
                self._file.flush()
            except OSError as error:
                raise JournalFault(f"the journal can't be written: {error.strerror}") from error


def _plain(name: Name) -> dict[str, str]:
    return {"kind": name.kind.value, "namespace": name.namespace, "mount": name.mount, "path": name.path}


@contextmanager
def open_journal(path: Path | None, source: str, destination: str) -> Iterator[Journal]:
    """The journal of an import, new or begun; without a path, one that keeps nothing.

    Args:
        source: which one it is; a journal of another is refused.
        destination: likewise.

    Raises: `JournalFault`.
    """
    if path is None:
        yield Journal(None, {}, set())
        return
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_APPEND, 0o600)
    except OSError as error:
        raise JournalFault(f"{path}: {error.strerror}") from error
    with os.fdopen(descriptor, "r+", encoding="utf-8", newline="\n", errors="surrogateescape") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise JournalFault(f"{path}: another import uses it") from None
        os.fchmod(descriptor, 0o600)
        journal = _read(file, path, {"journal": _FORMAT, "source": source, "destination": destination})
        yield journal
        journal.sync()


def _read(file: IO[str], path: Path, header: Mapping[str, Any]) -> Journal:
    text = file.read()
    whole, newline, torn = text.rpartition("\n")
    if torn:
        # The process was killed while it wrote the line: what it was about is looked at again.
        file.truncate(len((whole + newline).encode("utf-8", "surrogateescape")))
    journal = Journal(file, {}, set())
    lines = whole.split("\n") if whole else []
    if not lines:
        journal._write(header)
        return journal
    for number, line in enumerate(lines, 1):
        try:
            entry = json.loads(line)
            if number == 1:
                _check(entry, header, path)
            elif entry.get("making"):
                journal.made.add(_name(entry))
            else:
                outcome = _outcome(entry)
                journal.outcomes[outcome.name] = outcome
        except (ValueError, KeyError, TypeError, AttributeError):
            raise JournalFault(f"{path}: line {number} is none of a journal") from None
    return journal


def _check(entry: Mapping[str, Any], header: Mapping[str, Any], path: Path) -> None:
    for name, value in header.items():
        if entry[name] != value:
            raise JournalFault(f"{path}: it is the journal of another import, whose {name} is {entry[name]}")


def _name(entry: Mapping[str, Any]) -> Name:
    return Name(Kind(entry["kind"]), entry["namespace"], entry["mount"], entry["path"])


def _outcome(entry: Mapping[str, Any]) -> Outcome:
    lacks = tuple(Lack(*lack) for lack in entry.get("lacks") or ())
    return Outcome(_name(entry), State(entry["state"]), entry.get("reason") or "", lacks, entry.get("remedy") or "")

"""One execution of a template: what it asked for, what of that is known, and what came out."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol

from strongroom.agent.dependencies import dependency as dependencies
from strongroom.agent.dependencies.certificate import Pems
from strongroom.agent.dependencies.dependency import Dependency
from strongroom.agent.dependencies.state import State
from strongroom.template.errors import FunctionFailed
from strongroom.template.surroundings import Surroundings, WrittenFile

Look = Callable[[Dependency], State | None]


class NotRendered(Exception):
    """A template can't be read or executed.  The text says where and why."""


class Language(Protocol):
    """A template that was read, in one of the languages."""

    def execute(self, around: Surroundings) -> str:
        """What it makes.  Raises `NotRendered`."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a template is rendered.

    Attributes:
        destination: the file; empty for a variable.
        sandbox: the folder that files have to be in which it reads; empty for any.
        environment: variables.
    """

    destination: str
    sandbox: str
    environment: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of an execution.

    Attributes:
        text, files: what it made, and would write besides; of no use as long as something is lacking.
        asked: everything that it asked for.
        lacking: what of that isn't known yet.
        incomplete: certificates whose file lacks a part that was read.
    """

    text: str = field(repr=False)
    files: tuple[WrittenFile, ...]
    asked: frozenset[Dependency]
    lacking: frozenset[Dependency]
    incomplete: frozenset[Dependency]

    @property
    def is_complete(self) -> bool:
        """Whether it can be written."""
        return not self.lacking and not self.incomplete


class Notes:
    """What a template reaches outside of itself, with notes of what it asked for."""

    def __init__(self, look: Look, place: Place) -> None:
        self._look = look
        self._place = place
        self.asked: set[Dependency] = set()
        self.lacking: set[Dependency] = set()
        self.incomplete: set[Dependency] = set()
        self.files: list[WrittenFile] = []

    def now(self) -> datetime:
        """The time, in the machine's zone."""
        return datetime.now(UTC).astimezone()

    def random(self, count: int) -> bytes:
        """So many bytes of the kernel's generator."""
        return os.urandom(count)

    def environment(self) -> Mapping[str, str]:
        """The environment's variables."""
        return self._place.environment

    def file(self, path: str) -> str:
        """The text of a file.  Raises `FunctionFailed` if it can't be read."""
        asked = dependencies.file(path, self._place.sandbox)
        state = self._state(asked)
        if state.trouble is not None:
            raise FunctionFailed(state.trouble.reason)
        return "" if state.answer is None else str(state.answer.value)

    def secret(self, path: str, arguments: Mapping[str, Any] | None) -> Any:
        """What a read or a write gives; None when it lacks."""
        return self._value(dependencies.secret(path, arguments))

    def secrets(self, path: str) -> Sequence[str]:
        """The names under a path; none when they lack."""
        return self._value(dependencies.names(path)) or ()

    def certificate(self, path: str, arguments: Mapping[str, Any]) -> Any:
        """A certificate with its key and chain; None when it lacks."""
        asked = dependencies.certificate(path, arguments, self._place.destination)
        found = self._value(asked)
        return replace(found, missed=partial(self.incomplete.add, asked)) if isinstance(found, Pems) else found

    def write_file(self, file: WrittenFile) -> None:
        """Note a file, which is written when the template is complete."""
        self.files.append(file)

    def _value(self, asked: Dependency) -> Any:
        answer = self._state(asked).answer
        return None if answer is None else answer.value

    def _state(self, asked: Dependency) -> State:
        self.asked.add(asked)
        state = self._look(asked) or State()
        if state.answer is None and not (asked.kind is dependencies.Kind.FILE and state.trouble is not None):
            self.lacking.add(asked)
        return state


def attempt(language: Language, look: Look, place: Place) -> Attempt:
    """Execute a template.  It may take a second, so it is called in a thread.

    What goes wrong while something is lacking is no error yet: templates can't go on with nothing.

    Raises: `NotRendered`.
    """
    notes = Notes(look, place)
    text = ""
    try:
        text = language.execute(notes)
    except NotRendered:
        if not notes.lacking and not notes.incomplete:
            raise
    return Attempt(
        text, tuple(notes.files), frozenset(notes.asked), frozenset(notes.lacking), frozenset(notes.incomplete)
    )

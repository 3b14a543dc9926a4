"""The text of a template, from the configuration or from a file."""

from __future__ import annotations

from collections.abc import Callable

from strongroom.agent.config.rendering import Template
from strongroom.agent.files.reading import FileUnreadable, mark_of, read_marked
from strongroom.agent.rendering.execution import Language, NotRendered

Read = Callable[[Template, str], Language]
"""Reads the text of a template in the language that its configuration names.  Raises `NotRendered`."""


class Source:
    """A template that is read when it is needed, and again after it has failed and its file has changed."""

    def __init__(self, template: Template, read: Read) -> None:
        self._template = template
        self._read = read
        self._language: Language | None = None
        self._mark: tuple[int, ...] = ()

    def language(self) -> Language:
        """The template.  It may take some milliseconds, so it is called in a thread.

        Raises: `NotRendered` if the file can't be read, or is no template.
        """
        if self._language is None:
            self._language = self._read(self._template, self._text())
        return self._language

    def look_again(self) -> None:
        """Read the file again when the template is needed next, if it is another one now."""
        if self._language is None or not self._template.source:
            return
        try:
            if mark_of(self._template.source) != self._mark:
                self._language = None
        except FileUnreadable:
            return  # What was read stays in use.

    def _text(self) -> str:
        if not self._template.source:
            return self._template.contents
        try:
            found = read_marked(self._template.source)
        except FileUnreadable as error:
            # Whoever tells of it names the file before.
            raise NotRendered(str(error).removeprefix(f"{self._template.source}: ")) from error
        self._mark = found.mark
        return found.text

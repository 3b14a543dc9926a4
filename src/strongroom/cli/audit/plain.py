"""The lines of a log as a device first had them: parts put together, and XML turned back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from strongroom.audit.reading import Reading

_SIGNS = (b'{"part":', b"<json:object ")
"""What only such lines begin with, or hold behind a prefix."""


class PlainLines:
    """The lines of all files of a log.

    What a server is made of takes long to import, so that is left until a line needs it.
    """

    def __init__(self) -> None:
        self._reading: Reading | None = None

    def of(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """The lines of one file."""
        for line in lines:
            if self._reading is None and not any(sign in line for sign in _SIGNS):
                yield line
                continue
            if self._reading is None:
                from strongroom.audit.reading import Reading  # noqa: PLC0415 - see above

                self._reading = Reading()
            plain = self._reading.line(line)
            if plain != b"\n":
                yield plain

"""What templates reach outside of themselves: the clock, files, the environment, secrets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


class Lacking(Exception):
    """A secret isn't known yet.  The template is executed again when it is.

    A function that lacks something notes it and returns an empty value where consul-template does, so that one
    execution finds all that is needed; this is raised where there is nothing to go on with.
    """


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """What `writeToFile` is to write.

    Attributes:
        owner, group: names or numbers; empty for those of the process.
        mode: in octal digits.
        flags: of `append` and `newline`, with commas.
    """

    path: str
    owner: str
    group: str
    mode: str
    text: str = field(repr=False)
    flags: str = ""


class Surroundings(Protocol):
    """Given to an execution by whoever renders."""

    def now(self) -> datetime:
        """The time, with its zone."""

    def random(self, count: int) -> bytes:
        """So many random bytes."""

    def environment(self) -> Mapping[str, str]:
        """The environment's variables."""

    def file(self, path: str) -> str:
        """The text of a file.  Raises `FunctionFailed` if it may not be read."""

    def secret(self, path: str, arguments: Mapping[str, Any] | None) -> Any:
        """What a read or a write of a path gives: a `Structure`, or None when it lacks.

        Args:
            arguments: what is written, which may be nothing; None for a read.
        """

    def secrets(self, path: str) -> Sequence[str]:
        """The names under a path; none when they lack."""

    def certificate(self, path: str, arguments: Mapping[str, Any]) -> Any:
        """A certificate with its key and chain, issued at a path, or kept from a file; None when it lacks."""

    def write_file(self, file: WrittenFile) -> None:
        """Write a file besides the template's own, by `writeToFile`.  Raises `FunctionFailed`."""

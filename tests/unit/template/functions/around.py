"""Surroundings whose every answer is said beforehand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from strongroom.template.errors import FunctionFailed
from strongroom.template.surroundings import WrittenFile

NOW = datetime(2024, 2, 3, 4, 5, 6, 789000, tzinfo=UTC)


@dataclass
class FixedSurroundings:
    """A clock that stands still, few files, and chance that counts up; notes what it is asked."""

    variables: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    time: datetime = NOW
    asked: list[tuple[str, str, Mapping[str, Any] | None]] = field(default_factory=list)
    written: list[WrittenFile] = field(default_factory=list)
    _bytes: count[int] = field(default_factory=count)

    def now(self) -> datetime:
        return self.time

    def random(self, count: int) -> bytes:
        return bytes(next(self._bytes) * 7 % 256 for _ in range(count))

    def environment(self) -> Mapping[str, str]:
        return self.variables

    def file(self, path: str) -> str:
        if path not in self.files:
            raise FunctionFailed("no such file")
        return self.files[path]

    def secret(self, path: str, arguments: Mapping[str, Any] | None) -> Any:
        self.asked.append(("secret", path, arguments))
        return None

    def secrets(self, path: str) -> Sequence[str]:
        self.asked.append(("secrets", path, {}))
        return ("a", "b/")

    def certificate(self, path: str, arguments: Mapping[str, Any]) -> Any:
        self.asked.append(("certificate", path, arguments))
        return None

    def write_file(self, file: WrittenFile) -> None:
        self.written.append(file)

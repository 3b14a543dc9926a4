"""One case, a template with what the reference agent made of it, and the files of cases."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

VECTORS = Path(__file__).parents[3] / "vectors" / "agent"


class Case(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A template and its result.

    Attributes:
        template: its text; `@/` is the directory of the files that it may read.
        options: settings of its stanza besides the file and the destination.
        result: what the reference agent wrote, if that is text; `octets` if it isn't, in hexadecimal digits.
        error: why the reference agent refused it, without the place.
        ours: what this project's agent writes instead.
        refused: what stands in this project's reason, if that isn't `error`.
        kept: what is written with this project's server, whose answers have numbers as they were stored.
        why: the reason for any of these, but for errors in other words.
    """

    template: str
    options: Mapping[str, Any] = {}
    result: str | None = None
    octets: str | None = None
    error: str | None = None
    ours: str | None = None
    refused: str | None = None
    kept: str | None = None
    why: str = ""

    @property
    def fails(self) -> bool:
        """Whether the reference agent refuses it."""
        return self.error is not None

    @property
    def fails_with_ours(self) -> bool:
        """Whether this project's agent refuses it."""
        return self.ours is None and (self.refused is not None or self.error is not None)

    @property
    def reason(self) -> str:
        """What stands in this project's reason for refusing it."""
        return self.refused or self.error or ""

    def expected(self, *, at_ours: bool) -> bytes:
        """What this project's agent has to write, with its own server or the reference server."""
        if self.octets is not None:
            return bytes.fromhex(self.octets)
        text = next(text for text in (self.kept if at_ours else None, self.ours, self.result) if text is not None)
        return text.encode()


def subjects() -> list[str]:
    """The names of the files."""
    return sorted(path.stem for path in VECTORS.glob("*.toml"))


def read(subject: str) -> tuple[Case, ...]:
    """The cases of one file."""
    found = tomllib.loads((VECTORS / f"{subject}.toml").read_text())
    return msgspec.convert(found["case"], tuple[Case, ...])


def write(subject: str, cases: Iterable[Case]) -> None:
    """Write the file, with the comment at its beginning that it had."""
    path = VECTORS / f"{subject}.toml"
    comment = re.match(r"(#.*\n)*", path.read_text())
    stanzas = [f"[[case]]\n{_fields(msgspec.to_builtins(case))}" for case in cases]
    path.write_text(f"{comment[0] if comment else ''}\n" + "\n".join(stanzas))


def _fields(fields: Mapping[str, Any]) -> str:
    return "".join(f"{name} = {_value(value)}\n" for name, value in fields.items())


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name} = {_value(each)}" for name, each in value.items()) + " }"
    if not isinstance(value, str):
        return json.dumps(value)
    if "'''" in value or value.endswith("'") or re.search(r"[\x00-\x08\x0b-\x1f\x7f]", value):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if "\n" in value:
        return f"'''\n{value}'''"
    return f"'''{value}'''" if "'" in value else f"'{value}'"

"""Files as a source of an import."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from strongroom.importing.files import bitwarden, dotenv, json_files
from strongroom.importing.files.secrets import FileSecret, UnreadableFile, unique
from strongroom.importing.inventory import (
    Content,
    Document,
    Found,
    Kind,
    Lack,
    Name,
    SourceFault,
    Stage,
    Version,
    VersionedSecret,
)

FORMATS: Final = ("dotenv", "json", "json-tree", "bitwarden")
MOST_BYTES: Final = 64 * 1024 * 1024
"""Of a file, which is read as a whole."""


class FileSource:
    """Files of one format.

    Args:
        files: their paths.
        format_: one of `FORMATS`.
        mount: a mount of kv, with the slash at its end.
        prefix: stands before all paths; empty, or with a slash at its end.
        versioned: whether the mount keeps versions.
    """

    def __init__(self, files: list[Path], format_: str, mount: str, prefix: str, *, versioned: bool) -> None:
        self._files = files
        self._format = format_
        self._mount = mount
        self._prefix = prefix
        self._versioned = versioned

    @property
    def label(self) -> str:
        """The format and the files."""
        return f"{self._format} {' '.join(map(str, self._files))}"

    def survey(self) -> Iterator[Found]:
        """The secrets of all files.  Raises `SourceFault`."""
        engine = "kv-2" if self._versioned else "kv-1"
        for secret, time in self._timed():
            name = Name(Kind.KV, "", self._mount, f"{self._prefix}{secret.path}")
            yield Found(name, Stage.CONTENT, engine, hint=partial(self._content, name, secret, time))

    def load(self, found: Found) -> Content:
        """The content of a secret."""
        content: Content = found.hint()
        return content

    def _timed(self) -> Iterator[tuple[FileSecret, str]]:
        """All secrets, each with the time when its file was changed, and none with another one's path."""
        times: list[str] = []

        def secrets() -> Iterator[FileSecret]:
            for file in self._files:
                try:
                    text, time = _read(file)
                    for secret in self._secrets(file, text):
                        times.append(time)
                        yield secret
                except UnreadableFile as error:
                    raise SourceFault(f"{file}: {error}", ends=True) from None

        for secret in unique(secrets()):
            yield secret, times[-1]

    def _secrets(self, file: Path, text: str) -> Iterator[FileSecret]:
        match self._format:
            case "dotenv":
                yield FileSecret(_name(file), dotenv.read(text))
            case "json":
                yield FileSecret(_name(file), json_files.read(text))
            case "json-tree":
                yield from json_files.read_tree(text)
            case _:
                yield from bitwarden.read(text)

    def _content(self, name: Name, secret: FileSecret, time: str) -> Content:
        lacks = tuple(Lack(what, why) for what, why in secret.left_out.items())
        if not self._versioned:
            return Document(f"{name.mount}{name.path}", secret.data, exact=True, lacks=lacks)
        version = Version(1, time, data=secret.data)
        return VersionedSecret(
            name.mount,
            name.path,
            {},
            current_version=1,
            oldest_version=0,
            created_time=time,
            updated_time=time,
            versions=[version],
            lacks=lacks,
        )


def _name(file: Path) -> str:
    """The path of a file that is one secret: its name, without what only tells its format."""
    return file.name.strip(".").removesuffix(".json").removesuffix(".env") or file.name


def _read(file: Path) -> tuple[str, str]:
    """A file's text, and when it was changed.  Raises `UnreadableFile`."""
    try:
        with file.open("rb") as opened:
            status = os.fstat(opened.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_size > MOST_BYTES:
                raise UnreadableFile(f"it is no file, or larger than {MOST_BYTES >> 20} MiB")
            text = opened.read().decode()
    except OSError as error:
        raise UnreadableFile((error.strerror or "can't be read").lower()) from error
    except UnicodeDecodeError:
        raise UnreadableFile("it isn't UTF-8") from None
    changed = datetime.fromtimestamp(int(status.st_mtime), UTC)
    return text, changed.strftime("%Y-%m-%dT%H:%M:%SZ")

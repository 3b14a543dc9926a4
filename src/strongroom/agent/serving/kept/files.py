"""What is kept, in encrypted files of one directory: one for each name."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import msgspec

from strongroom.agent.serving.kept.keys import KEY_NAME, SALT_NAME
from strongroom.agent.serving.kept.sealed import seal, unseal
from strongroom.agent.serving.kept.store import NotKept
from strongroom.client.private_file import replace_private
from strongroom.crypto.aead import KEY_BYTES, Aes256Gcm
from strongroom.crypto.kdf import hkdf_sha256
from strongroom.crypto.mac import hmac_sha256_hex
from strongroom.lib.errors import Tampered
from strongroom.lib.rand import Random

_ENDING: Final = ".kept"
_NAME_DIGITS: Final = 40
_LEFT_OVER: Final = "*.tmp"


class _Record(msgspec.Struct, frozen=True):
    name: str
    content: bytes


class KeptFiles:
    """Keeps bytes by name.

    Args:
        directory: its own, which exists.
        key: 32 bytes.
    """

    def __init__(self, directory: Path, key: bytes, random: Random) -> None:
        self._directory = directory
        self._cipher = Aes256Gcm(key)
        self._random = random
        self._names_key = hkdf_sha256(key, salt=b"", info=b"strongroom agent names of files", length=KEY_BYTES)
        # One thread, so that what was saved last stays.
        self._thread = ThreadPoolExecutor(1, "strongroom-agent-keeping")
        self._loaded: dict[str, bytes] = {}
        self.unreadable: list[str] = []
        """The files that another key made, or that were damaged."""

    def read(self) -> None:
        """Read what an earlier process has kept, and remove what it left half-written.

        Raises: `NotKept` if the directory can't be read.
        """
        try:
            for file in self._directory.glob(_LEFT_OVER):
                file.unlink()
            for file in sorted(self._directory.glob(f"*{_ENDING}")):
                self._read_one(file)
        except OSError as error:
            raise NotKept(f"{self._directory} can't be read: {error.strerror}") from error

    def _read_one(self, file: Path) -> None:
        try:
            record = msgspec.msgpack.decode(unseal(self._cipher, file.name, file.read_bytes()), type=_Record)
        except (Tampered, msgspec.MsgspecError):
            record = None
        if record is None or file.name != self._file_of(record.name):
            self.unreadable.append(file.name)
        else:
            self._loaded[record.name] = record.content

    def load(self) -> Mapping[str, bytes]:
        """All that was kept when this process began."""
        return self._loaded

    async def save(self, name: str, content: bytes | None) -> None:
        """Keep this in the place of what had the name; None takes it out.  Raises `NotKept`."""
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._write, name, content)
        except OSError as error:
            raise NotKept(f"{self._directory} can't be written: {error.strerror}") from error
        except RuntimeError as error:  # the thread has ended
            raise NotKept("the agent ends") from error

    def _write(self, name: str, content: bytes | None) -> None:
        file = self._directory / self._file_of(name)
        if content is None:
            file.unlink(missing_ok=True)
        else:
            record = msgspec.msgpack.encode(_Record(name, content))
            replace_private(str(file), seal(self._cipher, self._random, file.name, record))

    def _file_of(self, name: str) -> str:
        """The file of a name.

        A name may be the digest of a request that has a password in it.  Whoever sees the directory, and hasn't its
        key, can't find out by the file's name whether he has guessed it.
        """
        return hmac_sha256_hex(self._names_key, name.encode())[:_NAME_DIGITS] + _ENDING

    def close(self) -> None:
        """Write what is under way, and nothing more."""
        self._thread.shutdown(wait=True)


def remove_all(directory: Path) -> None:
    """Remove the files and the key, as `keep_after_import = false` wants it.  Raises `NotKept`."""
    try:
        for file in (*directory.glob(f"*{_ENDING}"), directory / KEY_NAME, directory / SALT_NAME):
            file.unlink(missing_ok=True)
    except OSError as error:
        raise NotKept(f"{directory} can't be emptied: {error.strerror}") from error

"""Opens what outlives the process, as `persist` in the configuration says."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import structlog

from strongroom.agent.config.serving import Persist
from strongroom.agent.serving.kept.files import KeptFiles, remove_all
from strongroom.agent.serving.kept.keys import KeyOfAnother, KeyUnusable, key_of_file, key_of_service_account, wrap
from strongroom.agent.serving.kept.store import NotKept
from strongroom.lib.rand import Random

log = structlog.get_logger("agent.persist")

_LOOK_EVERY_S: Final = 60.0


class Persisted:
    """What is kept while the program runs, and the care for its key.

    Args:
        persist: what the configuration says.

    Raises: `NotKept` if what is there can't be read and `exit_on_err` is set.
    """

    def __init__(self, persist: Persist, random: Random) -> None:
        self._persist = persist
        self._random = random
        self._directory = Path(persist.path)
        self._token_file = Path(persist.service_account_token_file)
        self._files: KeptFiles | None = None
        self._loaded: Mapping[str, bytes] = {}
        self._key = b""
        self._wrapped_for = b""
        self._caring: asyncio.Task[None] | None = None
        try:
            self._open()
        except (NotKept, KeyUnusable, OSError) as error:
            if persist.exit_on_err:
                raise NotKept(str(error)) from error
            log.error("nothing is kept for the next process", reason=str(error))

    def _open(self) -> None:
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise NotKept(f"{self._directory} can't be made: {error.strerror}") from error
        if self._persist.type == "file":
            self._key = key_of_file(Path(self._persist.key_file), self._directory, self._random)
        else:
            self._key = self._service_accounts_key()
            self._wrapped_for = self._token()
        files = KeptFiles(self._directory, self._key, self._random)
        files.read()
        if files.unreadable:
            problem = f"{len(files.unreadable)} files in {self._directory} can't be decrypted: another key made them"
            if self._persist.exit_on_err:
                raise NotKept(f"{problem}, or they are damaged; remove them, or set exit_on_err = false")
            log.error("some of what was kept is lost", reason=problem)
        self._loaded = files.load()
        self._files = files
        if self._loaded and self._persist.type == "kubernetes" and not self._persist.keep_after_import:
            remove_all(self._directory)
            files.close()
            self._files = None

    def _service_accounts_key(self) -> bytes:
        try:
            return key_of_service_account(self._token_file, self._directory, self._random)
        except KeyOfAnother as error:
            if self._persist.exit_on_err:
                raise
            log.error("what was kept is lost", reason=str(error))
            remove_all(self._directory)
            return key_of_service_account(self._token_file, self._directory, self._random)

    def load(self) -> Mapping[str, bytes]:
        """All that was kept when this process began."""
        return self._loaded

    async def save(self, name: str, content: bytes | None) -> None:
        """Keep this in the place of what had the name; None takes it out.  Raises `NotKept`."""
        if self._files is not None:
            await self._files.save(name, content)

    def start(self) -> None:
        """Begin to follow the service account's token, which the cluster replaces every hour or so."""
        if self._wrapped_for and self._files is not None:
            self._caring = asyncio.get_running_loop().create_task(self._follow_token())

    async def _follow_token(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            self.rewrap()

    def rewrap(self) -> None:
        """Encrypt the key under the service account's token, if that is another one by now."""
        try:
            token = self._token()
            if token and token != self._wrapped_for:
                wrap(self._key, self._token_file, self._directory, self._random)
                self._wrapped_for = token
        except (OSError, KeyUnusable) as error:
            log.error("what is kept may not be readable for the next process", reason=str(error))

    def _token(self) -> bytes:
        return self._token_file.read_bytes().strip()

    async def close(self) -> None:
        """Write what is under way, and nothing more."""
        if self._caring is not None:
            self._caring.cancel()
            await asyncio.gather(self._caring, return_exceptions=True)
        if self._files is not None:
            await asyncio.get_running_loop().run_in_executor(None, self._files.close)

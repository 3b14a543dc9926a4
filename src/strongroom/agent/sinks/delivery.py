"""The way of a token to one sink: wrapped, encrypted, written; each as configured."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Callable, Mapping
from pathlib import Path

import structlog

from strongroom.agent.config.auto_auth import Sink
from strongroom.agent.options import Given
from strongroom.agent.session.grants import wrapping_of
from strongroom.agent.session.kept import KeptToken
from strongroom.agent.session.login import Login, Session
from strongroom.agent.session.timing import backoff_s
from strongroom.agent.sinks.envelope import KEY_BYTES, NONCE_BYTES, NoPublicKey, public_key_of, sealed
from strongroom.agent.sinks.file import FileSink
from strongroom.agent.upstream import Upstream, reason_of, wrap_ttl_text
from strongroom.client.errors import ClientError, Denied, describe
from strongroom.client.values import encode
from strongroom.lib.outgoing.threads import in_thread
from strongroom.server.config.reader import ConfigError, Notice

log = structlog.get_logger("sink.file")

_LEAST_S, _MOST_S = 1.0, 60.0
_MOST_KEY_BYTES = 64 * 1024


class NotDelivered(Exception):
    """A token couldn't be brought to a sink, for now; the text says why."""


class Delivery:
    """Brings the token of each login to one sink.

    Args:
        sink: its configuration.
        environment: of the process.
        upstream: the server, for a wrapping.
        random_bytes: so many random bytes.
        chance: draws a number from 0 up to 1.

    Raises: `ConfigError`.
    """

    def __init__(
        self,
        sink: Sink,
        environment: Mapping[str, str],
        upstream: Upstream,
        *,
        random_bytes: Callable[[int], bytes] = os.urandom,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._file = FileSink(Given(sink.config, f'sink "{sink.type}"', sink.where))
        self._sink = sink
        self._aad = _aad(sink, environment).encode()
        self._upstream = upstream
        self._random_bytes = random_bytes
        self._chance = chance
        self._public: bytes | None = None
        self.delivered = asyncio.Event()
        """Whether a token was written."""

    @property
    def notices(self) -> tuple[Notice, ...]:
        """Which of its options nobody knows."""
        return self._file.notices

    def __str__(self) -> str:
        return str(self._file)

    def kept(self) -> KeptToken | None:
        """The token that an earlier process wrote; None where it isn't written in clear."""
        return None if self._sink.wrap_ttl_s or self._sink.dh_type else self._file.kept()

    async def prove(self) -> None:
        """Say in the log if the sink can't be written, before anybody has logged in for it."""
        try:
            await in_thread(self._file.prove)
        except OSError as error:
            log.error("the sink can't be written; that is tried again after the login", **self._about(describe(error)))

    async def run(self, session: Session) -> None:
        """Write the token of each login, until cancelled.  A failure is told, and tried again."""
        number, failures = 0, 0
        while True:
            login = await session.after(number)
            try:
                await self._deliver(login, session)
            except NotDelivered as error:
                failures += 1
                wait_s = backoff_s(failures, _LEAST_S, _MOST_S, self._chance())
                log.error("the token wasn't written", again_in_s=round(wait_s, 1), **self._about(str(error)))
                await asyncio.sleep(wait_s)
            else:
                number, failures = login.number, 0
                log.info("wrote the token", path=str(self))
                self.delivered.set()

    def _about(self, reason: str) -> dict[str, str]:
        return {"path": str(self), "reason": reason}

    async def _deliver(self, login: Login, session: Session) -> None:
        """Raises `NotDelivered`."""
        text = login.token if login.wrapping is None else _json(login.wrapping)
        if self._sink.wrap_ttl_s:
            text = await self._wrapped(login, session)
        try:
            await in_thread(lambda: self._write(text))
        except OSError as error:
            raise NotDelivered(describe(error)) from error

    async def _wrapped(self, login: Login, session: Session) -> str:
        """What stands for the token, for who opens it first."""
        wrap_ttl = wrap_ttl_text(self._sink.wrap_ttl_s)
        body = {"token": login.token}
        try:
            answer = await self._upstream.ask(
                "PUT", "sys/wrapping/wrap", token=login.token, body=body, wrap_ttl=wrap_ttl
            )
        except ClientError as error:
            if isinstance(error, Denied):
                await session.holds(login)
            raise NotDelivered(f"it can't be wrapped: {reason_of(error)}") from error
        wrapping = wrapping_of(answer)
        if wrapping is None:
            raise NotDelivered("it can't be wrapped: the server's answer isn't wrapped")
        return _json(wrapping)

    def _write(self, text: str) -> None:
        """Raises `OSError`, `NotDelivered`."""
        if self._sink.dh_type:
            text = self._encrypted(text)
        self._file.write(text)

    def _encrypted(self, text: str) -> str:
        """The text for the owner of the public key.

        The first key that is there is used for ever: whoever can write there later gets nothing by it.
        """
        path = Path(self._sink.dh_path)
        try:
            if self._public is None:
                with path.open("rb") as file:
                    self._public = public_key_of(file.read(_MOST_KEY_BYTES).decode("utf-8", "replace"))
            return sealed(
                text,
                self._public,
                derive=self._sink.derive_key,
                aad=self._aad,
                private=self._random_bytes(KEY_BYTES),
                nonce=self._random_bytes(NONCE_BYTES),
            )
        except OSError as error:
            raise NotDelivered(f"the public key can't be read from {path}: {describe(error)}") from error
        except NoPublicKey as error:
            self._public = None
            raise NotDelivered(f"there is no public key in {path}: {error}") from error


def _json(wrapping: Mapping[str, object]) -> str:
    return encode(dict(wrapping)) + "\n"


def _aad(sink: Sink, environment: Mapping[str, str]) -> str:
    """What authenticates the encryption besides the key.  Raises `ConfigError` for a variable that isn't set."""
    if not sink.aad_env_var:
        return sink.aad
    if not (found := environment.get(sink.aad_env_var, "")):
        raise ConfigError(sink.where, f'aad_env_var in sink "{sink.type}": {sink.aad_env_var} isn\'t set')
    return found

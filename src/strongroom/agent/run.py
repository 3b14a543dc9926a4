"""The composition root of an agent: what it is made of is put together and started here."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from types import FrameType
from typing import Any

import structlog

from strongroom.agent import children
from strongroom.agent.arguments import AgentArguments
from strongroom.agent.config.auto_auth import AutoAuth
from strongroom.agent.loading import Loaded, load
from strongroom.agent.making import MakingPart
from strongroom.agent.methods.method import Basis
from strongroom.agent.methods.table import given_by, maker_of, mount_of
from strongroom.agent.server_clock import ServerClock
from strongroom.agent.serving.part import ServingPart
from strongroom.agent.session.keeping import KeptSession
from strongroom.agent.session.kept import KeptToken
from strongroom.agent.session.requests import Requests
from strongroom.agent.session.state import DEFAULT_LEAST_S, DEFAULT_MOST_S, Terms
from strongroom.agent.sinks.delivery import Delivery
from strongroom.agent.upstream import Upstream
from strongroom.client.errors import BadSettings
from strongroom.lib.clock import Clock, SleeplessClock
from strongroom.lib.errors import StrongroomError
from strongroom.lib.rand import SystemRandom
from strongroom.server import logs
from strongroom.server.diagnostics import signals
from strongroom.server.sources import SourceError
from strongroom.server.supervisor.service_manager import ServiceManager

log = structlog.get_logger("agent")

_TURN_CONNECTIONS = 2
"""One renews a turn while the other gives it back."""
_MOST_FAILURES = 20
"""That a line of the log tells."""
_ATTEND_S = 1.0
"""How often the service manager is told how the agent is, and inherited processes are looked for."""


class Agent:
    """An agent that is put together, and not yet started.

    Args:
        loaded: what it runs by.
        manager: what has started it.
        program: `agent` or `proxy`.

    Raises: `ConfigError` for options of methods and sinks, `BadSettings`, `NotKept`.
    """

    def __init__(
        self,
        arguments: AgentArguments,
        loaded: Loaded,
        manager: ServiceManager,
        clock: Clock | None = None,
        *,
        program: str = "agent",
    ) -> None:
        self._arguments = arguments
        self._config = loaded.config
        self._manager = manager
        self._program = program
        self._clock = clock or SleeplessClock()
        server_clock = ServerClock(self._clock)
        self._upstream = Upstream(loaded.server, self._config.template_config.max_connections_per_host, server_clock)
        self._login_upstream = Upstream(loaded.login, clock=server_clock)
        self._turns_upstream = Upstream(loaded.server, _TURN_CONNECTIONS, server_clock)
        self._deliveries: list[Delivery] = []
        self._stop: Callable[[], None] = lambda: None
        self._clients = ServingPart(self._config, program, self._clock, SystemRandom())
        self.session: KeptSession | None = None
        """Who is logged in; None if nobody is to."""
        if self._config.auto_auth is not None:
            self.session = self._made(self._config.auto_auth, loaded, os.environ)
        self._clients.attach(loaded.server, self.session, self._quit)
        self._making: MakingPart | None = None
        if self.session is not None:
            self._making = MakingPart(
                self._config, self.session, self._upstream, self._turns_upstream, self._clients.kept
            )
            self._making.tell(self._clients.status, self._clients.metrics)

    def _made(self, auto: AutoAuth, loaded: Loaded, environment: Mapping[str, str]) -> KeptSession:
        """The session, and what brings its token to the sinks."""
        upstream, method = self._login_upstream, auto.method
        self._deliveries = [Delivery(sink, environment, upstream) for sink in auto.sinks]
        basis = Basis(given_by(method), mount_of(method), environment, upstream, loaded.login.tls)
        way = maker_of(method)(basis)
        for notice in (*way.notices, *(each for delivery in self._deliveries for each in delivery.notices)):
            log.warning(str(notice))
        terms = Terms(
            method.min_backoff_s or DEFAULT_LEAST_S,
            method.max_backoff_s or DEFAULT_MOST_S,
            method.exit_on_err,
            auto.enable_reauth_on_new_credentials,
            loaded.configured_at,
        )
        kept = None if method.wrap_ttl_s else self._kept()
        return KeptSession(way, Requests(upstream, way, method.wrap_ttl_s), terms, self._clock, kept=kept)

    def _kept(self) -> KeptToken | None:
        """The token of an earlier process: the one that was kept, or of the first sink that has one."""
        written = (delivery.kept() for delivery in self._deliveries)
        return self._clients.kept_token() or next(filter(None, written), None)

    def _quit(self) -> None:
        """End, as a client wants it."""
        self._stop()

    @property
    def exit_status(self) -> int:
        """Of the program that it ran; 0 if it ran none."""
        return self._making.exit_status if self._making is not None else 0

    def obey(self, stopped: asyncio.Event) -> None:
        """Have signals end this agent, have it read its configuration again, or say how it is."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopped.set)
        loop.add_signal_handler(signal.SIGHUP, self._reload)
        signals.answer(self._state, self._pass_on, loop=loop)

    async def run(self, stopped: asyncio.Event) -> None:
        """Run until it is stopped, or until all is done that an agent with `exit_after_auth` was started for.

        Raises: `LoginFailed`, `ListenerError`, `RenderingEnded`, `NotStarted`, `TurnsMissing`.
        """
        self._stop = stopped.set
        await self._clients.start()
        parts = [asyncio.create_task(part) for part in self._parts()]
        ends: list[asyncio.Task[Any]] = [asyncio.create_task(stopped.wait())]
        if self._config.top.exit_after_auth:
            ends.append(asyncio.create_task(self._all_done()))
        self._manager.ready()
        try:
            done, _ = await asyncio.wait([*parts, *ends], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self._manager.stopping()
            await self._end([*parts, *ends])
        log.info("the agent has stopped")

    def _parts(self) -> list[Coroutine[Any, Any, Any]]:
        """What runs at the same time; the end of one with an error is the agent's."""
        parts: list[Coroutine[Any, Any, Any]] = [self._attend(), self._clients.run()]
        if self.session is not None:
            parts.append(self.session.run())
            parts += [self._delivered(delivery, self.session) for delivery in self._deliveries]
            parts += [self._making.run()] if self._making is not None else []
        else:
            log.info("there is no auto_auth in the configuration: the agent doesn't log in")
        return parts

    async def _delivered(self, delivery: Delivery, session: KeptSession) -> None:
        await delivery.prove()
        await delivery.run(session)

    async def _all_done(self) -> None:
        """Wait for all that an agent with `exit_after_auth` is started for: sinks, and templates."""
        if self.session is not None:
            await self.session.after(0)
        for delivery in self._deliveries:
            await delivery.delivered.wait()
        if self._making is not None:
            await self._making.made()

    async def _attend(self) -> None:
        """Do what every running process has to: tell the service manager how it is, and reap what it inherits."""
        while True:
            self._manager.alive(self._clock.monotonic())
            self._manager.status(self._summary())
            children.reap_inherited()
            await asyncio.sleep(_ATTEND_S)

    def _summary(self) -> str:
        """How the agent is, in a line without a secret."""
        if self.session is None:
            return "serving"
        status = self.session.status()
        said = "logged in" if status.accessor or self.session.current is not None else "not logged in"
        return "; ".join([said, *([] if status.failing is None else [status.failing.reason]), *self._failures(1)])

    def _failures(self, most: int) -> list[str]:
        """What goes wrong with files, variables and turns: the first few, and how many others there are."""
        found = () if self._making is None else self._making.failures()
        left = len(found) - most
        return [*found[:most], *([f"and {left} more"] if left > 0 else [])]

    def _pass_on(self, number: int, frame: FrameType | None) -> None:
        """Send the agent's program a signal that the agent has answered."""
        if self._making is not None:
            self._making.forward(number)

    def _state(self) -> Mapping[str, object]:
        """How the agent is, for who asks by a signal."""
        if self.session is None:
            return {}
        status = self.session.status()
        failing = status.failing
        return {
            "logins": status.number,
            "ends_in_s": round(status.ends_in_s, 1),
            "next": status.next_action,
            "next_in_s": round(status.next_action_in_s, 1),
            "failing_since": "" if failing is None else datetime.fromtimestamp(failing.since, UTC).isoformat(),
            "reason": "" if failing is None else failing.reason,
            "failures": "; ".join(self._failures(_MOST_FAILURES)),
        }

    def _reload(self) -> None:
        """Read the configuration again, for the log's level and file, templates, and how the server is checked.

        Of the level what stands in the files counts, as documented, and not what a flag said at the start.
        """
        self._manager.reloading()
        level = ""
        try:
            loaded = load(replace(self._arguments, log_level=""), os.environ)
            level = loaded.config.top.log_level
            for upstream, settings in (
                (self._upstream, loaded.server),
                (self._turns_upstream, loaded.server),
                (self._login_upstream, loaded.login),
            ):
                upstream.configure(replace(upstream.settings, tls=settings.tls))
            self._clients.reload(loaded.config, loaded.server)
            if self._making is not None and self._program == "agent":
                self._making.reload(loaded.config)
            log.info("read the configuration again")
        except (SourceError, BadSettings, StrongroomError) as error:
            reason = error.text if isinstance(error, StrongroomError) else str(error)
            log.error("the configuration was not read again: all stays as it was", reason=reason)
        try:
            logs.reopen(level)
        except logs.LogError as error:
            log.error("the log file was not reopened: logging continues in the old file", reason=str(error))
        self._manager.ready()

    async def _end(self, tasks: list[asyncio.Task[Any]]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._clients.close()
        if self._making is not None:
            self._making.close()
        for upstream in (self._upstream, self._turns_upstream, self._login_upstream):
            upstream.close()

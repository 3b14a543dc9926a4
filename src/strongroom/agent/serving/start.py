"""Puts the parts together that serve clients, starts them and ends them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from strongroom.__about__ import VERSION
from strongroom.agent.config.config import AgentConfig
from strongroom.agent.config.serving import AgentListener
from strongroom.agent.serving.answers import gathered, marked, unanswered
from strongroom.agent.serving.application import AgentApplication
from strongroom.agent.serving.cache.cache import AnswerCache
from strongroom.agent.serving.cache.revocations import TokenGone
from strongroom.agent.serving.counters import Counters
from strongroom.agent.serving.kept.store import Kept, NothingKept
from strongroom.agent.serving.own.metrics import MetricsBoard, of_cache, of_requests
from strongroom.agent.serving.own.paths import OwnPaths
from strongroom.agent.serving.own.status import StatusBoard
from strongroom.agent.serving.passing.authorization import use_of
from strongroom.agent.serving.passing.own_tokens import OwnTokens
from strongroom.agent.serving.passing.passing import Passing
from strongroom.agent.serving.question import Question
from strongroom.agent.serving.server.client import ServerClient
from strongroom.agent.serving.server.faults import NoAnswer
from strongroom.agent.session.login import Session
from strongroom.client.errors import BadSettings
from strongroom.client.settings import Settings
from strongroom.http.listener import Listener
from strongroom.http.message import HttpResponse
from strongroom.http.settings import ListenerError
from strongroom.http.sockets import open_tcp, open_unix
from strongroom.lib.clock import Clock, SleeplessClock
from strongroom.lib.interfaces import read_interfaces
from strongroom.lib.seldom import Seldom
from strongroom.server.config.addresses import placed
from strongroom.server.config.stanzas import Settings as ServerSettings
from strongroom.server.plan import listener_config

log = structlog.get_logger("agent.serving")

DRAIN_S = 2.0
"""How long requests may go on after the agent was told to end."""


@dataclass(frozen=True, slots=True)
class ServingBasis:
    """What the serving part is given by the rest of the agent.

    Attributes:
        settings: how the server is reached.
        session: the agent's login; None without one.
        quit_: ends the program.
        program: `agent` or `proxy`.
        kept: what outlives the process.
        status, metrics: where it tells of itself; None for boards of its own.
    """

    settings: Settings
    session: Session | None
    quit_: Callable[[], None]
    program: str = "agent"
    kept: Kept = field(default_factory=NothingKept)
    clock: Clock = field(default_factory=SleeplessClock)
    status: StatusBoard | None = None
    metrics: MetricsBoard | None = None


class Serving:
    """Serves clients, from `start` to `close`.

    Other parts of the agent add what they tell of themselves to `status` and `metrics`.

    Args:
        config: the whole configuration, checked.

    Raises: `ConfigError`, `BadSettings`: what can't be served.
    """

    def __init__(self, config: AgentConfig, given: ServingBasis) -> None:
        self._given = given
        self._config = config
        self._use = use_of(config)
        self.counters = Counters()
        self.status = given.status or StatusBoard()
        self.metrics = given.metrics or MetricsBoard(given.program)
        self._told = Seldom(now=given.clock.monotonic)
        self.cache: AnswerCache | None = None
        self._listeners: list[tuple[AgentListener, Listener]] = []
        self._own_tokens = OwnTokens(given.session)
        keeps = "proxying" not in (*config.top.disable_keep_alives, *config.top.disable_idle_connections)
        self._server = ServerClient(given.settings, keeps=keeps)
        self._passing = self._passing_of(config)
        forget = self.cache.forget if self.cache is not None else None
        self._own = OwnPaths(
            forget=forget, quit_=given.quit_, metrics=self.metrics, status=self.status, clock=given.clock
        )
        self._describe()

    def _passing_of(self, config: AgentConfig) -> Passing:
        given = self._given
        name = given.program.capitalize()
        agent = f"Strongroom {name} API Proxy/{VERSION}"
        prepends = config.api_proxy is not None and config.api_proxy.prepend_configured_namespace
        ask = self._ask_plainly
        if config.cache is not None and not config.cache.disable_caching_dynamic_secrets:
            self.cache = ask = AnswerCache(
                self._ask,
                self._own_tokens.has,
                agent,
                kept=given.kept,
                clock=given.clock,
                counters=self.counters,
            )
        return Passing(
            ask,
            name,
            given.session,
            own=self._own_tokens,
            clock=given.clock,
            ended=self._forget_token,
            use=self._use,
            namespace=given.settings.namespace if prepends else "",
        )

    async def _forget_token(self, token: str) -> None:
        """Forget what was made with a token that doesn't hold any more."""
        if self.cache is not None:
            await self.cache.forget(TokenGone(token))

    def _describe(self) -> None:
        """Tell of this part."""
        program, cache = self._given.program, self.cache
        self.metrics.add(lambda: of_requests(program, self.counters))
        self.status.add("version", lambda: VERSION)
        self.status.add("listeners", lambda: [listener.name for _, listener in self._listeners])
        if cache is not None:
            self.metrics.add(lambda: of_cache(program, len(cache), cache.size_bytes))
            self.status.add("cache", lambda: {"entries": len(cache), "bytes": cache.size_bytes})

    async def _ask(self, question: Question) -> HttpResponse:
        """The server's answer, or one that says why there is none."""
        try:
            response = await gathered(await self._server.send(question))
        except NoAnswer as fault:
            self.counters.error += 1
            if self._told.due(str(fault)):  # Clients may ask hundreds of times in a second.
                log.warning("no answer from the server", method=question.method, reason=str(fault))
            return unanswered(fault, self._server.address)
        if response.status < 400:
            self.counters.success += 1
        else:
            self.counters.client_error += 1
        return response

    async def _ask_plainly(self, question: Question) -> HttpResponse:
        response = await self._ask(question)
        if response.status >= 300:
            return response
        self.counters.miss += 1
        return marked(response)

    async def start(self) -> None:
        """Open the listeners, and take over what an earlier process has kept.

        Raises: `ListenerError`, `ConfigError`: an address that can't be listened on.
        """
        if self.cache is not None:
            self.cache.restore()
        try:
            for stanza in _placed(self._config.listeners):
                opened = Listener(
                    self._application(stanza), listener_config(stanza), _socket(stanza), self._given.clock
                )
                self._listeners.append((stanza, opened))
            for _, listener in self._listeners:
                await listener.start()
        except BaseException:
            await self.close()
            raise
        for stanza, listener in self._listeners:
            log.debug("clients are served", listener=listener.name, type=stanza.type, role=stanza.role or "default")

    def _opened(self, stanza: AgentListener) -> Listener:
        return Listener(self._application(stanza), listener_config(stanza), _socket(stanza), self._given.clock)

    def _application(self, stanza: AgentListener) -> AgentApplication:
        return AgentApplication(stanza, self._own, self._passing, self._use)

    @property
    def addresses(self) -> list[str]:
        """Where clients are served: `127.0.0.1:8100`, or a path."""
        return [listener.name for _, listener in self._listeners]

    def reload(self, config: AgentConfig, settings: Settings) -> None:
        """Take over changed settings of the listeners that are open, and read all certificates again.

        What can't be used is logged, and what was in use goes on.  Other stanzas, and other addresses, need a restart.
        """
        stanzas = {(stanza.type, stanza.address): stanza for stanza in _placed(config.listeners)}
        for at, (stanza, listener) in enumerate(self._listeners):
            changed = stanzas.get((stanza.type, stanza.address), stanza)
            listener.reconfigure(self._application(changed), listener_config(changed))
            self._listeners[at] = (changed, listener)
            try:
                listener.reload_tls()
            except ListenerError as error:
                log.error("certificates were not reloaded", listener=listener.name, reason=str(error))
        try:
            self._server.renew(settings)
        except BadSettings as error:
            log.error("the settings for the server were not reloaded", reason=str(error))

    async def close(self) -> None:
        """Finish what is under way, and release everything.  Nothing is revoked."""
        for _, listener in self._listeners:
            listener.stop_accepting()
        await asyncio.gather(*(listener.drain(DRAIN_S) for _, listener in self._listeners))
        for _, listener in self._listeners:
            await listener.close()
        if self.cache is not None:
            await self.cache.close()
        self._server.close()


def _placed(listeners: tuple[AgentListener, ...]) -> list[AgentListener]:
    """The listeners with the templates in their addresses evaluated, for this machine.  Raises `ConfigError`."""
    _, found = placed(ServerSettings(), listeners, read_interfaces)
    return [listener for listener in found if isinstance(listener, AgentListener)]


def _socket(stanza: AgentListener) -> socket.socket:
    """The listening socket of a stanza.  Raises `ListenerError`."""
    if stanza.type != "unix":
        return open_tcp(stanza.address, 1)[0]
    return open_unix(
        stanza.address,
        mode=stanza.socket_mode,
        user=stanza.socket_user or None,
        group=stanza.socket_group or None,
    )

"""What runs inside a process that serves: store, listeners, background roles."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from socket import gethostname, socket
from typing import TYPE_CHECKING

import structlog

from strongroom.audit.heads import Heads
from strongroom.core.client_counting import ClientUpkeep
from strongroom.core.denials import DenialKeeping
from strongroom.core.expiry import Expiry
from strongroom.core.key_watch import KeyWatch
from strongroom.core.node import Node
from strongroom.core.presence import Presence
from strongroom.core.region.duties import Duties
from strongroom.core.region.following import Following
from strongroom.core.scheduled_snapshots import ScheduledSnapshots
from strongroom.core.webhooks.role import Webhooks
from strongroom.http.application import Application
from strongroom.http.listener import Listener
from strongroom.http.listener_application import ListenerApplication
from strongroom.http.settings import ListenerConfig, ListenerError
from strongroom.interface import Site, Unbuilt, built
from strongroom.lib import own_process
from strongroom.lib.clock import SystemClock
from strongroom.lib.errors import Internal, StrongroomError, Tampered
from strongroom.lib.rand import SystemRandom
from strongroom.lib.secret import Secret
from strongroom.sdk.engine import Engine
from strongroom.sealing.port import LocalPort, SealPort
from strongroom.server import interpreter, logs
from strongroom.server.builtin import engines
from strongroom.server.config.config import Listener as Stanza
from strongroom.server.plan import Plan, listener_config, listener_options
from strongroom.server.region.gate import RegionGate
from strongroom.server.store_clock import StoreClock
from strongroom.server.stores import IN_MEMORY, open_store
from strongroom.server.telemetry import start
from strongroom.server.wiring import build_node, configure_audit, unseal
from strongroom.services.quotas.table import CountTable
from strongroom.storage.base import Storage
from strongroom.storage.transfer.migrating import refuse_unfinished
from strongroom.sysapi.processes import Processes
from strongroom.sysapi.traffic import Numbers

if TYPE_CHECKING:
    from strongroom.server.telemetry.traces import OtlpTracing

log = structlog.get_logger("server")

DRAIN_S = 2.0
"""How long requests may go on after the node was told to seal or stop."""


class Runtime:
    """One serving process, from `start` to `stop`.

    Args:
        counts: where it counts requests with the other processes of the node; without it, it is the only one.
        sends: whether it is the process that sends the numbers of the node, where they are wanted.
    """

    def __init__(
        self, plan: Plan, sockets: list[socket], counts: CountTable | None = None, *, sends: bool = True
    ) -> None:
        self._sends = sends
        self._plan = plan
        self._sockets = sockets
        self._counts = counts
        self._random = SystemRandom()
        self._clock = StoreClock(SystemClock())
        self._engines: Mapping[tuple[str, str], Engine] = engines(plan.plugins)
        self._listeners: list[Listener] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._watching: list[asyncio.Task[None]] = []
        """What runs in every state."""
        self._storage: Storage | None = None
        self._application: Application | None = None
        self._heads: Heads | None = None
        self._tracing: OtlpTracing | None = None
        self.node: Node | None = None

    async def start(self, port: SealPort, processes: Processes | None = None) -> Node:
        """Open the store; nobody is listened to yet.

        Args:
            processes: all processes of the node; without them this is the only one.
        """
        storage = open_store(self._plan.storage_type, self._plan.storage_options, self._clock, self._random)
        await storage.start()
        self._storage = storage
        await refuse_unfinished(storage)
        await self._clock.compare(storage)
        self._tasks.append(asyncio.create_task(self._clock.follow(storage)))
        node = build_node(
            storage,
            port,
            self._clock,
            self._random,
            self._plan.settings,
            engines=self._engines,
            processes=processes,
            counts=self._counts,
        )
        self.node = node
        self._watching.append(asyncio.create_task(node.store.run_forever()))
        node.tracing = self._tracing = start.tracing(self._plan.telemetry, node)
        for sender in start.senders(self._plan.telemetry, node) if self._sends else ():
            self._watching.append(asyncio.create_task(sender))
        return node

    async def listen(self) -> None:
        """Begin to accept connections, in whatever state the node is by now."""
        if self.node is None:
            return
        self._application = Application(self.node, _interface() if self._plan.interface else None)
        # The last socket is for other regions, if there is one more.
        for stanza, sock in zip(self._plan.listeners, self._sockets, strict=not self._plan.region_address):
            application, config = self._settings_of(self._application, stanza)
            listener = Listener(application, config, sock, self._clock)
            self._listeners.append(listener)
            self.node.traffic.sources.append(listener.numbers)
        for opened in self._listeners:
            await opened.start()

    def _settings_of(self, shared: Application, stanza: Stanza) -> tuple[ListenerApplication, ListenerConfig]:
        hostname = gethostname() if self._plan.show_hostname else ""
        return ListenerApplication(shared, listener_options(stanza)), listener_config(stanza, hostname)

    def reconfigure(self, changed: Plan) -> None:
        """Go over to other settings of the same listeners, and to other audit devices of the configuration.

        `reload` reads the files that the listeners name.
        """
        settings = replace(self._plan.settings, audit_stanzas=changed.settings.audit_stanzas, audit_given_up=())
        self._plan = replace(self._plan, listeners=changed.listeners, settings=settings)
        if self._application is not None:
            for listener, stanza in zip(self._listeners, changed.listeners, strict=True):
                listener.reconfigure(*self._settings_of(self._application, stanza))
        if self.node is not None and self.node.unsealed is not None:
            services = self.node.unsealed
            self._tasks.append(asyncio.create_task(configure_audit(services.barrier, services.audit, settings)))

    async def unseal(self, root_key: Secret) -> bool:
        """Open the barrier in this process; False when the key isn't this store's."""
        if self.node is None:
            return False
        try:
            await unseal(self.node, root_key, self._engines, self._plan.settings)
        except Tampered:
            return False
        if self.node.unsealed is not None:
            services = self.node.unsealed
            duties = (
                Expiry(services).run_forever,
                ClientUpkeep(services).run_forever,
                Webhooks(services).run_forever,
                ScheduledSnapshots(services).run_forever,
                DenialKeeping(services).run_forever,
            )
            self._tasks.append(asyncio.create_task(Duties(services, duties).run_forever()))
            self._tasks.append(asyncio.create_task(Following(services).run_forever()))
            self._tasks.append(asyncio.create_task(Presence(services).run_forever()))
            self._tasks.append(asyncio.create_task(services.events.run_forever()))
            self._tasks.append(asyncio.create_task(KeyWatch(services).run_forever()))
            if self._plan.region_address:
                gate = RegionGate(services, self._sockets[-1], self._clock)
                self._tasks.append(asyncio.create_task(gate.run_forever()))
            self._heads = Heads(services.barrier, services.audit, services.clock)
            self._tasks.append(asyncio.create_task(self._heads.run_forever()))
        interpreter.settle()
        return True

    def state(self) -> dict[str, object]:
        """This process in a few numbers, for the log."""
        numbers = self.node.traffic.now() if self.node is not None else Numbers()
        return {
            "sealed": self.node is None or self.node.unsealed is None,
            "listeners": len(self._listeners),
            "requests": len(self.node.running) if self.node is not None else 0,
            "connections": numbers.connections,
            "body_bytes": numbers.body_bytes,
            "answer_bytes": numbers.answer_bytes,
            "tasks": len(asyncio.all_tasks()),
            "open_files": own_process.open_descriptors(),
            "resident_bytes": own_process.resident_bytes(),
        }

    @property
    def in_memory(self) -> bool:
        """Whether the store is this process's memory, so that the process must not end before its time."""
        return self._plan.storage_type == IN_MEMORY

    def own_port(self) -> LocalPort:
        """The seal state of a node that is this process alone."""

        async def opened(root_key: Secret) -> None:
            if not await self.unseal(root_key):
                raise Internal("the root key does not open the store")

        return LocalPort(self._random, opened, self.forget)

    async def forget(self) -> None:
        """Drop everything behind the barrier; for a server that is one process."""
        self._end_streams()
        await self._cancel(self._tasks[1:])
        del self._tasks[1:]
        await self._close_audit()
        if self.node is not None:
            self.node.unsealed = None

    def reload(self) -> None:
        """Read certificates again, and begin new audit files."""
        self.reload_tls()
        if self.node is not None and self.node.unsealed is not None:
            self.node.unsealed.audit.reopen()

    def reload_tls(self) -> None:
        """Read certificates again."""
        for listener in self._listeners:
            try:
                listener.reload_tls()
            except ListenerError as error:
                log.error("certificates were not reloaded", listener=listener.name, reason=str(error))

    def stop_accepting(self) -> None:
        """Take no more connections, and end the answers that have no end of their own."""
        self._end_streams()
        for listener in self._listeners:
            listener.stop_accepting()

    def _end_streams(self) -> None:
        """End the answers that have no end of their own."""
        logs.readers.end()
        if self.node is not None and self.node.unsealed is not None:
            self.node.unsealed.events.end()

    def leave(self) -> None:
        """Let load balancers know that this node is about to end, and go on serving."""
        if self.node is not None:
            self.node.leaving = True

    async def stop(self, drain_s: float = DRAIN_S) -> None:
        """Finish what is under way within `drain_s`, then release everything."""
        self._end_streams()
        await asyncio.gather(*(listener.drain(drain_s) for listener in self._listeners))
        for listener in self._listeners:
            await listener.close()
        await self._cancel([*self._tasks, *self._watching])
        await self._close_audit()
        if self._tracing is not None:
            await asyncio.to_thread(self._tracing.close)
        if self._storage is not None:
            await self._storage.close()

    async def _close_audit(self) -> None:
        """Close the audit devices, and store how far they came."""
        if self.node is not None and self.node.unsealed is not None:
            self.node.unsealed.audit.close()
        if self._heads is not None:
            heads, self._heads = self._heads, None
            try:
                await heads.store()
            except StrongroomError as error:
                log.warning("the heads of the audit log were not stored", reason=error.detail or error.text)

    async def _cancel(self, tasks: list[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()
        for outcome in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(outcome, Exception):
                log.error("a background task had failed", reason=repr(type(outcome)))


def _interface() -> Site | None:
    """The web interface; None, with a line in the log, where it can't be read.  The API doesn't need it."""
    try:
        return built()
    except (Unbuilt, OSError) as error:
        log.error("the web interface is not served", reason=str(error))
        return None

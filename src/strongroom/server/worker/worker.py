"""A worker: serves on the sockets that its supervisor opened, and ends when told or orphaned."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from typing import assert_never

import structlog

from strongroom.lib.errors import StrongroomError
from strongroom.sealing.port import SealPort
from strongroom.server import logs
from strongroom.server.diagnostics import signals
from strongroom.server.messages import to_supervisor as say
from strongroom.server.messages.questions import AskMeasures
from strongroom.server.messages.to_worker import (
    STOP_DRAIN_S,
    Asked,
    CloseNamespace,
    Counted,
    End,
    Leave,
    Listen,
    Open,
    OpenNamespace,
    Order,
    ReadCertificates,
    Reload,
)
from strongroom.server.plan import plan
from strongroom.server.redaction import secrets_of
from strongroom.server.runtime import Runtime
from strongroom.server.sources import load
from strongroom.server.worker import processes
from strongroom.server.worker.link import Link
from strongroom.server.worker.port import SupervisorPort
from strongroom.server.worker.processes import AllWorkers

log = structlog.get_logger("worker")


class Worker:
    """One worker, from its start to its end.

    Args:
        heartbeat_s: how often it tells its supervisor that its event loop runs.
    """

    def __init__(self, runtime: Runtime, heartbeat_s: float) -> None:
        self._runtime = runtime
        self._ending = asyncio.Event()
        self._drain_s = 0.0
        self._orders: asyncio.Queue[Listen | Open | OpenNamespace | Reload | ReadCertificates] = asyncio.Queue()
        self.link = Link(self.order)
        self._workers = AllWorkers(self.link.ask)
        self._heartbeat_s = heartbeat_s
        self._started_at = time.monotonic()

    async def run(self, control: socket.socket) -> None:
        """Serve until the supervisor says otherwise."""
        loop = asyncio.get_running_loop()
        # A service manager may send its signal to every process: that is no reason to drop what is under way.
        loop.add_signal_handler(signal.SIGTERM, self._end, STOP_DRAIN_S)
        await loop.connect_accepted_socket(lambda: self.link, control)
        signals.answer(self._state, loop=loop)
        self._beat(loop)
        ending = asyncio.create_task(self._ending.wait())
        # A store in memory ends with its process, so such a node keeps its seal state itself.
        alone = self._runtime.in_memory
        port: SealPort = self._runtime.own_port() if alone else SupervisorPort(self.link, self._runtime)
        starting = asyncio.create_task(self._runtime.start(port, self._workers))
        await asyncio.wait((starting, ending), return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            # Nobody was served yet, so there is nothing to finish; a store that doesn't answer could hold this up.
            os._exit(0)
        await starting
        self.link.tell(say.Ready())
        obeying = asyncio.create_task(self._obey())
        await asyncio.wait((obeying, ending), return_when=asyncio.FIRST_COMPLETED)
        if obeying.done():
            await obeying  # it only ends by a fault, and a worker that obeys no more must not go on
        obeying.cancel()
        await self._runtime.stop(self._drain_s)
        self.link.tell(say.LastNumbers(processes.answer(AskMeasures(), self._runtime.node).measures))

    def _end(self, drain_s: float) -> None:
        if not self._ending.is_set():
            self._drain_s = drain_s
            self._ending.set()

    def _beat(self, loop: asyncio.AbstractEventLoop) -> None:
        """Tell the supervisor that the event loop runs, now and ever again."""
        self.link.tell(say.Alive())
        loop.call_later(self._heartbeat_s, self._beat, loop)

    def order(self, message: Order) -> None:
        """Take an order of the supervisor; the end, questions and news come at once, the others in their order."""
        match message:
            case End():
                self._end(message.drain_s)
            case Leave():
                self._runtime.leave()
            case Asked():
                self.link.tell(say.Answered(message.id, processes.answer(message.question, self._runtime.node)))
            case Counted():
                self._workers.known = message.counts
            case CloseNamespace():
                self._close_namespace(message)
            case _:
                self._orders.put_nowait(message)

    async def _obey(self) -> None:
        while True:
            message = await self._orders.get()
            match message:
                case Open():
                    await self._open(message)
                case OpenNamespace():
                    await self._open_namespace(message)
                case Listen():
                    await self._runtime.listen()
                    self.link.tell(say.Listening())
                case ReadCertificates():
                    self._runtime.reload_tls()
                case Reload():
                    self._reload(message)
                    self.link.tell(say.Reloaded())
                case _:
                    assert_never(message)

    def _reload(self, message: Reload) -> None:
        try:
            logs.reopen(message.log_level)
        except logs.LogError as error:
            log.error("the log file was not reopened: logging continues in the old file", reason=str(error))
        config = load(message.sources)
        logs.hide(secrets_of(config, os.environ))
        self._runtime.reconfigure(plan(config, 1))
        self._runtime.reload()

    async def _open(self, message: Open) -> None:
        try:
            opened = await self._runtime.unseal(message.root_key)
            error = "" if opened else "the root key does not open the store"
        except StrongroomError as failure:
            error = failure.detail or failure.text
        self.link.tell(say.Opened(error[:4096]))

    async def _open_namespace(self, message: OpenNamespace) -> None:
        services = self._runtime.node.unsealed if self._runtime.node is not None else None
        error = ""
        if services is not None:
            try:
                await services.barrier.namespaces.open(message.key)
            except StrongroomError as failure:
                error = failure.detail or failure.text
        self.link.tell(say.NamespaceOpened(message.id, error[:4096]))

    def _close_namespace(self, message: CloseNamespace) -> None:
        """Close it here and now, whether the store can be reached or not."""
        services = self._runtime.node.unsealed if self._runtime.node is not None else None
        if services is not None:
            services.barrier.namespaces.close(message.namespace)
        self.link.tell(say.NamespaceClosed(message.id))

    def _state(self) -> dict[str, object]:
        """This process in a few numbers."""
        age_s = round(time.monotonic() - self._started_at, 1)
        return {"process": "worker", "pid": os.getpid(), "age_s": age_s, **self._runtime.state()}

"""A worker process: serves on the sockets that its supervisor opened, and ends when told or orphaned."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys

import msgspec
import structlog
import uvloop

from strongroom.http.sockets import adopt
from strongroom.lib.errors import Internal, StrongroomError
from strongroom.lib.secret import Secret
from strongroom.sealing.ceremonies import Order, Outcome
from strongroom.sealing.port import Progress, SealPort
from strongroom.server import logs, processes
from strongroom.server.hardening import die_with, hide_memory
from strongroom.server.plan import Plan, plan
from strongroom.server.protocol import STOP_DRAIN_S, Framing, Message, pack
from strongroom.server.redaction import secrets_of
from strongroom.server.runtime import Runtime
from strongroom.server.sources import Sources, load

log = structlog.get_logger("worker")


class SupervisorPort:
    """The node's seal state, which the supervisor keeps."""

    def __init__(self, link: Link, runtime: Runtime) -> None:
        self._link = link
        self._runtime = runtime

    async def progress(self) -> Progress:
        """How far an unsealing is."""
        return _progress(await self._link.ask(Message("progress")))

    async def submit(self, share: bytes, threshold: int) -> Progress:
        """Hand in one share."""
        return _progress(await self._link.ask(Message("submit", body={"threshold": threshold}, secret=share)))

    async def reset(self) -> None:
        """Forget the shares collected so far."""
        await self._link.ask(Message("reset"))

    async def unseal(self, root_key: Secret) -> None:
        """Open the barrier in every worker of the node."""
        reply = await self._link.ask(Message("unseal", secret=root_key.reveal()))
        if reply.body.get("error"):
            raise Internal("the node could not be unsealed", detail=str(reply.body["error"]))

    async def retire(self) -> None:
        """End this worker when its answers are out; another takes its place."""
        self._runtime.stop_accepting()
        self._link.tell(Message("retire"))

    async def ceremony(self, order: Order) -> Outcome:
        """Carry out one order."""
        reply = await self._link.ask(Message("ceremony", secret=msgspec.msgpack.encode(order)))
        return msgspec.msgpack.decode(reply.secret, type=Outcome)

    def succeeded(self, fingerprint: str, root_key: Secret) -> None:
        """Have the supervisor keep this root key for workers to come."""
        self._link.tell(Message("succeeded", body={"fingerprint": fingerprint}, secret=root_key.reveal()))

    async def seal(self) -> None:
        """End every other worker; this one ends when its last answer is out."""
        self._runtime.stop_accepting()
        await self._link.ask(Message("seal"))


def _progress(message: Message) -> Progress:
    return Progress(
        nonce=message.body.get("nonce", ""),
        count=message.body.get("count", 0),
        complete=tuple(message.body.get("complete", ())),
    )


class Link(asyncio.Protocol):
    """The worker's end of the socket pair."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._framing = Framing()
        self._transport: asyncio.WriteTransport | None = None
        self._waiting: dict[int, asyncio.Future[Message]] = {}
        self._last_id = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The link is up."""
        self._transport = transport  # type: ignore[assignment]

    def connection_lost(self, exc: Exception | None) -> None:
        """The supervisor has gone: nobody could seal this process any more, so it ends."""
        os._exit(1)

    def data_received(self, data: bytes) -> None:
        """Take messages: replies go to who asked, orders to the worker."""
        for message in self._framing.feed(data):
            waiting = self._waiting.pop(message.id, None) if message.kind == "reply" else None
            if waiting is not None:
                if not waiting.done():
                    waiting.set_result(message)
            else:
                self._worker.order(message)

    def tell(self, message: Message) -> None:
        """Send without waiting."""
        if self._transport is not None:
            self._transport.write(pack(message))

    async def ask(self, message: Message) -> Message:
        """Send and wait for the reply."""
        self._last_id += 1
        future: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._waiting[self._last_id] = future
        self.tell(msgspec.structs.replace(message, id=self._last_id))
        return await future


class Worker:
    """One worker, from its start to its end."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._ending = asyncio.Event()
        self._drain_s = 0.0
        self._orders: asyncio.Queue[Message] = asyncio.Queue()
        self.link = Link(self)

    async def run(self, control: socket.socket) -> None:
        """Serve until the supervisor says otherwise."""
        loop = asyncio.get_running_loop()
        # A service manager may send its signal to every process: that is no reason to drop what is under way.
        loop.add_signal_handler(signal.SIGTERM, self._end, STOP_DRAIN_S)
        await loop.connect_accepted_socket(lambda: self.link, control)
        ending = asyncio.create_task(self._ending.wait())
        # What ends a process ends a store that is its memory: such a node keeps its seal state itself.
        alone = self._runtime.in_memory
        port: SealPort = self._runtime.own_port() if alone else SupervisorPort(self.link, self._runtime)
        workers = processes.AllWorkers(self.link.ask)
        starting = asyncio.create_task(self._runtime.start(port, workers))
        await asyncio.wait((starting, ending), return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            # Nobody was served yet, so there is nothing to finish; a store that doesn't answer could hold this up.
            os._exit(0)
        await starting
        self.link.tell(Message("ready"))
        obeying = asyncio.create_task(self._obey())
        await asyncio.wait((obeying, ending), return_when=asyncio.FIRST_COMPLETED)
        if obeying.done():
            await obeying  # it only ends by a fault, and a worker that obeys no more must not go on
        obeying.cancel()
        await self._runtime.stop(self._drain_s)

    def _end(self, drain_s: float) -> None:
        if not self._ending.is_set():
            self._drain_s = drain_s
            self._ending.set()

    def order(self, message: Message) -> None:
        """Take an order of the supervisor; the end and questions come at once, the others in their order."""
        if message.kind == "end":
            self._end(float(message.body.get("drain_s", 0)))
        elif message.kind == "question":
            node = self._runtime.node
            body = processes.answer(message.body, node.running if node is not None else {})
            self.link.tell(Message("answer", id=message.id, body=body))
        else:
            self._orders.put_nowait(message)

    async def _obey(self) -> None:
        while True:
            message = await self._orders.get()
            match message.kind:
                case "open":
                    await self._open(message)
                case "listen":
                    await self._runtime.listen()
                    self.link.tell(Message("listening"))
                case "certificates":
                    self._runtime.reload_tls()
                case "reload":
                    self._reload(message)
                case _:
                    log.error("unknown order", kind=message.kind)

    def _reload(self, message: Message) -> None:
        try:
            logs.reopen(str(message.body.get("log_level", "")))
        except logs.LogError as error:
            log.error("the log goes on in the old file", reason=str(error))
        config = load(msgspec.convert(message.body["sources"], Sources))
        logs.hide(secrets_of(config, os.environ))
        self._runtime.reconfigure(plan(config, 1))
        self._runtime.reload()

    async def _open(self, message: Message) -> None:
        try:
            opened = await self._runtime.unseal(Secret(message.secret))
            error = "" if opened else "the root key does not open the store"
        except StrongroomError as failure:
            error = failure.detail or failure.text
        self.link.tell(Message("reply", id=message.id, body={"error": error}))


def main() -> int:
    """Entry point of the worker process: the control socket's descriptor is the only argument."""
    control = socket.socket(fileno=int(sys.argv[1]))
    hide_memory()
    header = _receive(control)
    die_with(int(header.body["supervisor"]))
    speaking = control.dup()
    try:
        planned = _configure(header)
        sockets = [adopt(descriptor) for descriptor in header.body["sockets"]]
        control.setblocking(False)
        uvloop.run(Worker(Runtime(planned, sockets)).run(control))
    except (StrongroomError, logs.LogError) as error:
        reason = error.text if isinstance(error, StrongroomError) else str(error)
        detail = error.detail if isinstance(error, StrongroomError) else ""
        with contextlib.suppress(OSError):  # the supervisor has gone
            speaking.sendall(pack(Message("failed", body={"reason": reason, "detail": detail})))
        return 1
    return 0


def _configure(header: Message) -> Plan:
    config = load(msgspec.convert(header.body["sources"], Sources))
    logs.hide(secrets_of(config, os.environ))
    planned = plan(config, int(header.body["processors"]))
    level = str(header.body.get("log_level", "")) or planned.log_level
    logs.configure(level, planned.log_format, planned.log_file)
    logs.set_level(str(header.body.get("log_level_now", "")))
    return planned


def _receive(control: socket.socket) -> Message:
    """The first message, read before the loop runs."""
    framing = Framing()
    while True:
        data = control.recv(1)
        if not data:
            os._exit(1)
        # Byte by byte up to its end: what follows belongs to the loop.
        messages = framing.feed(data)
        if messages:
            return messages[0]


if __name__ == "__main__":
    raise SystemExit(main())

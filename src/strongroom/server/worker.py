"""A worker process: serves on the sockets that its supervisor opened, and ends when told or orphaned."""

from __future__ import annotations

import asyncio
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
from strongroom.sealing.port import Progress
from strongroom.server import logs
from strongroom.server.hardening import die_with, hide_memory
from strongroom.server.plan import plan
from strongroom.server.protocol import Framing, Message, pack
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
        loop.add_signal_handler(signal.SIGTERM, self._ending.set)
        loop.add_signal_handler(signal.SIGINT, lambda: None)  # a terminal's Ctrl-C is the supervisor's to handle
        await loop.connect_accepted_socket(lambda: self.link, control)
        await self._runtime.start(SupervisorPort(self.link, self._runtime))
        self.link.tell(Message("ready"))
        obeying = asyncio.create_task(self._obey())
        await self._ending.wait()
        obeying.cancel()
        await self._runtime.stop(self._drain_s)

    def order(self, message: Message) -> None:
        """Take an order of the supervisor; the end comes at once, the others in their order."""
        if message.kind == "end":
            self._drain_s = float(message.body.get("drain_s", 0))
            self._ending.set()
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
                case "reload":
                    self._runtime.reload()
                case _:
                    log.error("unknown order", kind=message.kind)

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
    sources = msgspec.convert(header.body["sources"], Sources)
    config = load(sources)
    planned = plan(config, int(header.body["processors"]))
    logs.configure(planned.log_level, planned.log_format, planned.log_file)
    sockets = [adopt(descriptor) for descriptor in header.body["sockets"]]
    control.setblocking(False)

    async def serve() -> None:
        await Worker(Runtime(planned, sockets)).run(control)

    try:
        uvloop.run(serve())
    except StrongroomError as error:
        log.error("worker cannot start", reason=error.text, detail=error.detail)
        return 1
    return 0


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

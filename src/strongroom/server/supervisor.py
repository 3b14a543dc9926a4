"""The supervisor: opens the sockets, starts and restarts workers, and holds the seal state of the node.

One thread, no event loop, no store, no TLS.  What it holds while unsealed is the root key, to hand it to a worker
that replaces one that died.  Sealing ends the workers, because Python can't wipe memory and the kernel can.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import structlog

from strongroom.lib.rand import SystemRandom, uuid4
from strongroom.lib.secret import Secret
from strongroom.sealing import shares
from strongroom.server.protocol import Framing, Message, pack

log = structlog.get_logger("supervisor")

DRAIN_S = 2.0
_KILL_AFTER_S = 3.0
_RESTART_PAUSE_S = 0.25
_LONGEST_PAUSE_S = 10.0
_STOP_S = 30.0
_TICK_S = 0.25


class WorkerProcess:
    """One worker, as its supervisor sees it."""

    def __init__(self, slot: int, process: subprocess.Popen[bytes], control: socket.socket) -> None:
        self.slot = slot
        self.process = process
        self.control = control
        self.framing = Framing()
        self.ready = False
        self.listening = False
        self.ending_since: float | None = None


class Unsealing:
    """A root key on its way to every worker."""

    def __init__(self, asker: WorkerProcess, request_id: int, key: Secret) -> None:
        self.asker = asker
        self.request_id = request_id
        self.key = key
        self.waiting: set[int] = set()
        self.error = ""


class Supervisor:
    """Runs the workers of one node.

    Args:
        sockets: per worker, one listening socket for each listener.
        header: what every worker is told first.
        on_ready: called once, when the first workers listen.
        reload: called on SIGHUP, before the workers are told.
    """

    def __init__(
        self,
        sockets: list[list[socket.socket]],
        header: dict[str, Any],
        on_ready: Callable[[], None],
        reload: Callable[[], None],
    ) -> None:
        self._sockets = sockets
        self._header = header
        self._on_ready = on_ready
        self._reload = reload
        self._announced = False
        self._random = SystemRandom()
        self._selector = selectors.DefaultSelector()
        self._workers: dict[int, WorkerProcess] = {}
        self._root_key: Secret | None = None
        self._collection = shares.EMPTY
        self._unsealing: Unsealing | None = None
        self._sealing: tuple[WorkerProcess, int] | None = None
        self._stopping_since: float | None = None
        self._restart_at: dict[int, float] = {}
        self._failures: dict[int, int] = {}
        self._status = 0
        self._next_id = 0
        self._wake_read, self._wake_write = socket.socketpair()
        self._signals: set[int] = set()

    def run(self) -> int:
        """Supervise until SIGTERM or SIGINT; the exit status."""
        self._wake_read.setblocking(False)
        self._wake_write.setblocking(False)
        signal.set_wakeup_fd(self._wake_write.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, lambda number, frame: self._signals.add(number))
        self._selector.register(self._wake_read, selectors.EVENT_READ, None)
        for slot in range(len(self._sockets)):
            self._start(slot)
        while self._stopping_since is None or self._workers:
            for event, _ in self._selector.select(_TICK_S):
                if event.data is None:
                    with contextlib.suppress(BlockingIOError):
                        self._wake_read.recv(4096)
                else:
                    self._receive(event.data)
            self._handle_signals()
            self._reap()
            self._tick()
        return self._status

    def _start(self, slot: int) -> None:
        ours, theirs = socket.socketpair()
        descriptors = [sock.fileno() for sock in self._sockets[slot]]
        process = subprocess.Popen(  # noqa: S603 - our own interpreter, our own module
            [sys.executable, "-m", "strongroom.server.worker", str(theirs.fileno())],
            pass_fds=[theirs.fileno(), *descriptors],
            close_fds=True,
        )
        theirs.close()
        worker = WorkerProcess(slot, process, ours)
        self._workers[process.pid] = worker
        self._selector.register(ours, selectors.EVENT_READ, worker)
        self._send(worker, Message("start", body={**self._header, "supervisor": os.getpid(), "sockets": descriptors}))

    def _send(self, worker: WorkerProcess, message: Message) -> None:
        try:
            worker.control.sendall(pack(message))
        except OSError:
            log.warning("worker does not listen", pid=worker.process.pid)

    def _receive(self, worker: WorkerProcess) -> None:
        try:
            data = worker.control.recv(65536)
        except OSError:
            data = b""
        if not data:
            self._selector.unregister(worker.control)
            worker.control.close()
            return
        for message in worker.framing.feed(data):
            self._handle(worker, message)

    def _handle(self, worker: WorkerProcess, message: Message) -> None:
        match message.kind:
            case "ready":
                self._worker_ready(worker)
            case "listening":
                self._worker_listening(worker)
            case "progress":
                self._reply_progress(worker, message.id, ())
            case "submit":
                step = shares.add(self._collection, message.secret, int(message.body["threshold"]), uuid4(self._random))
                self._collection = step.collection
                self._reply_progress(worker, message.id, step.complete)
            case "reset":
                self._collection = shares.EMPTY
                self._send(worker, Message("reply", id=message.id))
            case "unseal":
                self._unseal(worker, message)
            case "reply":
                self._opened(worker, str(message.body.get("error", "")))
            case "seal":
                self._seal(worker, message.id)
            case _:
                log.error("unknown message from a worker", kind=message.kind)

    def _worker_ready(self, worker: WorkerProcess) -> None:
        """Its store is open: it gets the key before anybody can connect, so that none finds it sealed."""
        worker.ready = True
        if self._root_key is not None:
            self._give_key(worker, self._root_key)
        self._send(worker, Message("listen"))

    def _worker_listening(self, worker: WorkerProcess) -> None:
        worker.listening = True
        if not self._announced and all(other.listening for other in self._workers.values()):
            self._announced = True
            self._on_ready()

    def _reply_progress(self, worker: WorkerProcess, request_id: int, complete: tuple[bytes, ...]) -> None:
        body = {
            "nonce": self._collection.nonce,
            "count": len(self._collection.shares),
            "complete": list(complete),
        }
        self._send(worker, Message("reply", id=request_id, body=body))

    def _give_key(self, worker: WorkerProcess, key: Secret) -> None:
        self._next_id += 1
        self._send(worker, Message("open", id=self._next_id, secret=key.reveal()))

    def _unseal(self, asker: WorkerProcess, message: Message) -> None:
        """Hand the root key to every worker; the asker is answered when all have opened their barrier."""
        self._root_key = Secret(message.secret)
        self._unsealing = Unsealing(asker, message.id, self._root_key)
        for worker in self._workers.values():
            if worker.ending_since is not None:
                continue
            self._unsealing.waiting.add(worker.process.pid)
            if worker.ready:  # the others get it as soon as they are
                self._give_key(worker, self._root_key)
        log.info("unsealing", workers=len(self._unsealing.waiting))

    def _opened(self, worker: WorkerProcess, error: str) -> None:
        if error:
            log.error("worker did not open the barrier", pid=worker.process.pid, reason=error)
        unsealing = self._unsealing
        if unsealing is None:
            return
        unsealing.waiting.discard(worker.process.pid)
        unsealing.error = unsealing.error or error
        if unsealing.waiting:
            return
        self._unsealing = None
        if unsealing.error:
            self._root_key = None
        else:
            log.info("unsealed")
        self._send(unsealing.asker, Message("reply", id=unsealing.request_id, body={"error": unsealing.error}))

    def _seal(self, asker: WorkerProcess, request_id: int) -> None:
        """Forget the key and end every worker; the asker last, so that it can answer."""
        log.info("sealing")
        self._root_key = None
        self._collection = shares.EMPTY
        self._sealing = (asker, request_id)
        for worker in self._workers.values():
            if worker is not asker:
                self._end(worker, DRAIN_S)
        self._finish_sealing()

    def _finish_sealing(self) -> None:
        if self._sealing is None:
            return
        asker, request_id = self._sealing
        if any(w is not asker and w.ending_since is not None for w in self._workers.values()):
            return
        self._sealing = None
        self._send(asker, Message("reply", id=request_id))
        self._end(asker, DRAIN_S)
        log.info("sealed")

    def _end(self, worker: WorkerProcess, drain_s: float) -> None:
        if worker.ending_since is None:
            worker.ending_since = time.monotonic()
            self._send(worker, Message("end", body={"drain_s": drain_s}))

    def _handle_signals(self) -> None:
        signals, self._signals = self._signals, set()
        if signals & {signal.SIGTERM, signal.SIGINT} and self._stopping_since is None:
            log.info("stopping")
            self._stop(_STOP_S)
        if signal.SIGHUP in signals and self._stopping_since is None:
            log.info("reloading")
            self._reload()
            for worker in self._workers.values():
                self._send(worker, Message("reload"))

    def _stop(self, drain_s: float) -> None:
        self._stopping_since = time.monotonic()
        for worker in self._workers.values():
            self._end(worker, drain_s)

    def _reap(self) -> None:
        for pid, worker in list(self._workers.items()):
            if worker.process.poll() is None:
                continue
            del self._workers[pid]
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(worker.control)
            worker.control.close()
            self._lost(worker)

    def _lost(self, worker: WorkerProcess) -> None:
        """A worker has ended: finish what waited for it, and put another in its place."""
        if self._unsealing is not None and worker.process.pid in self._unsealing.waiting:
            self._opened(worker, "the worker ended")
        self._finish_sealing()
        if self._stopping_since is not None:
            return
        if worker.ending_since is not None:
            self._restart_at[worker.slot] = time.monotonic()
            return
        log.error("worker ended by itself", pid=worker.process.pid, status=worker.process.returncode)
        if not self._announced and not worker.ready:
            # What keeps the first worker from starting keeps all of them: the reason is on the log above.
            self._status = 1
            self._stop(0)
            return
        failures = 0 if worker.ready else self._failures.get(worker.slot, 0) + 1
        self._failures[worker.slot] = failures
        pause_s = min(_RESTART_PAUSE_S * 2**failures, _LONGEST_PAUSE_S) if failures else 0.0
        self._restart_at[worker.slot] = time.monotonic() + pause_s

    def _tick(self) -> None:
        now = time.monotonic()
        for slot, due in list(self._restart_at.items()):
            if due <= now and self._stopping_since is None:
                del self._restart_at[slot]
                self._start(slot)
        for worker in self._workers.values():
            patience = _STOP_S if self._stopping_since is not None else _KILL_AFTER_S
            if worker.ending_since is not None and now - worker.ending_since > patience:
                log.warning("worker is killed", pid=worker.process.pid)
                worker.process.kill()

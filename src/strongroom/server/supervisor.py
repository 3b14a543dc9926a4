"""The supervisor: opens the sockets, starts and restarts workers, and holds the seal state of the node.

One thread, no event loop, no store, no TLS.  What it holds while unsealed is the root key, to hand it to a worker
that replaces one that died.  Sealing ends the workers, and then this process's memory (`renewal.py`), because Python
can't wipe memory and the kernel can.
"""

from __future__ import annotations

import contextlib
import selectors
import signal
import socket
import time
from collections.abc import Callable, Iterable
from typing import Any

import structlog

from strongroom.lib.rand import SystemRandom
from strongroom.lib.secret import Secret
from strongroom.sealing import shares
from strongroom.server import logs
from strongroom.server.companion import Companion
from strongroom.server.custody import Custody
from strongroom.server.processes import LOG_LEVEL, LOG_LINES, own_lines
from strongroom.server.protocol import STOP_DRAIN_S, Message
from strongroom.server.questions import Questions
from strongroom.server.renewal import DEFERRED
from strongroom.server.restarts import Restarts
from strongroom.server.unsealing import Unsealing
from strongroom.server.worker_process import WorkerProcess

log = structlog.get_logger("supervisor")

DRAIN_S = 2.0
_KILL_AFTER_S = 3.0
_KILL_STOPPING_AFTER_S = STOP_DRAIN_S + 2.0
_TICK_S = 0.25
_SEALING_S = 0.5
"""For how long a process may finish whose like is started at once."""


class Supervisor:
    """Runs the workers of one node.

    Args:
        sockets: per worker, one listening socket for each listener.
        header: what every worker is told first.
        on_ready: called once, when the first workers listen.
        reload: called on SIGHUP, before the workers are told; what it returns, they are told.
        companions: processes that run beside the workers, once the first of these listen.
        proven: workers have served with this configuration: what keeps them from it now is waited out.
    """

    def __init__(
        self,
        sockets: list[list[socket.socket]],
        header: dict[str, Any],
        on_ready: Callable[[], None],
        reload: Callable[[], dict[str, Any]],
        companions: tuple[Companion, ...] = (),
        *,
        proven: bool = False,
    ) -> None:
        self._companions = companions
        self._sockets = sockets
        self._header = header
        self._on_ready = on_ready
        self._reload = reload
        self._announced = False
        self._proven = proven
        self._selector = selectors.DefaultSelector()
        self._workers: dict[int, WorkerProcess] = {}
        self._custody = Custody(SystemRandom())
        self._unsealing: Unsealing | None = None
        self._questions = Questions()
        self._sealing: list[tuple[WorkerProcess, int]] | None = None
        self._stopping = False
        self._restarts = Restarts()
        self._status = 0
        self._next_id = 0
        self._wake_read, self._wake_write = socket.socketpair()
        self._signals: set[int] = set()

    @property
    def sealed(self) -> bool:
        """Whether `run` returned because the node was sealed: a process without its memory has to go on."""
        return self._sealing is not None and not self._stopping

    def run(self) -> int:
        """Supervise until SIGTERM or SIGINT, or until the node was sealed; the exit status."""
        self._wake_read.setblocking(False)
        self._wake_write.setblocking(False)
        signal.set_wakeup_fd(self._wake_write.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, lambda number, frame: self._signals.add(number))
        signal.pthread_sigmask(signal.SIG_UNBLOCK, DEFERRED)
        self._selector.register(self._wake_read, selectors.EVENT_READ, None)
        for slot in range(len(self._sockets)):
            self._start(slot)
        while self._workers or not (self._stopping or self._sealing is not None):
            for event, _ in self._selector.select(_TICK_S):
                if event.data is None:
                    with contextlib.suppress(BlockingIOError):
                        self._wake_read.recv(4096)
                elif isinstance(event.data, Companion):
                    self._heed(event.data)
                else:
                    self._receive(event.data)
            self._handle_signals()
            self._reap()
            self._tick()
        for companion in self._companions:
            companion.end(min(companion.finishing_s, _SEALING_S) if self.sealed else companion.finishing_s)
        signal.set_wakeup_fd(-1)
        return self._status

    def _start(self, slot: int) -> None:
        try:
            worker = WorkerProcess(slot, self._sockets[slot], self._header, time.monotonic())
        except OSError as error:
            # Out of processes or memory, most likely for now.
            log.error("a worker cannot be started", reason=error.strerror)
            self._restarts.after_failure(slot, time.monotonic())
            return
        self._workers[worker.pid] = worker
        self._selector.register(worker.control, selectors.EVENT_READ, worker)

    def _receive(self, worker: WorkerProcess) -> None:
        messages = worker.receive()
        if messages is None:
            self._selector.unregister(worker.control)
            worker.control.close()
            return
        self._handle_all(worker, messages)

    def _heed(self, companion: Companion) -> None:
        for message in companion.receive():
            if message.kind == "certificates":
                for worker in self._workers.values():
                    worker.send(message)
            else:
                log.error("unknown message from a process", name=companion.name, kind=message.kind)

    def _handle_all(self, worker: WorkerProcess, messages: Iterable[Message]) -> None:
        for message in messages:
            self._handle(worker, message)

    def _handle(self, worker: WorkerProcess, message: Message) -> None:
        match message.kind:
            case "ready":
                self._worker_ready(worker)
            case "listening":
                self._worker_listening(worker)
            case "failed":
                self._worker_failed(worker, message)
            case "progress":
                self._reply_progress(worker, message.id, ())
            case "submit":
                self._submit(worker, message)
            case "reset":
                self._custody.collection = shares.EMPTY
                worker.send(Message("reply", id=message.id))
            case "unseal":
                self._unseal(worker, message)
            case "reply":
                self._opened(worker, str(message.body.get("error", "")))
            case "ask-all":
                self._ask_all(worker, message)
            case "answer":
                self._questions.answered(worker, message)
            case "ceremony":
                worker.send(Message("reply", id=message.id, secret=self._custody.obey(message.secret)))
            case "succeeded":
                if self._custody.succeed(str(message.body["fingerprint"]), Secret(message.secret)):
                    log.info("the root key was replaced")
            case "seal":
                self._seal(worker, message.id)
            case "retire":
                self._end(worker, DRAIN_S)
            case _:
                log.error("unknown message from a worker", kind=message.kind)

    def _worker_ready(self, worker: WorkerProcess) -> None:
        """Its store is open: it gets the key before anybody can connect, so that none finds it sealed."""
        worker.ready = True
        if self._custody.root_key is not None:
            self._give_key(worker, self._custody.root_key)
        else:
            self._listen(worker)

    def _listen(self, worker: WorkerProcess) -> None:
        if not worker.told_to_listen:
            worker.told_to_listen = True
            worker.send(Message("listen"))

    def _worker_listening(self, worker: WorkerProcess) -> None:
        worker.listening = True
        serving = [worker]
        if not self._announced:
            if not all(other.listening for other in self._workers.values()):
                return
            serving = list(self._workers.values())
            self._announced = self._proven = True
            self._on_ready()
            for companion in self._companions:
                companion.start(self._selector)
        for each in serving:
            log.info("worker serves", pid=each.pid)

    def _worker_failed(self, worker: WorkerProcess, message: Message) -> None:
        if not self._stopping:  # said once: what keeps the first worker from starting keeps all of them
            log.error(
                "worker cannot start",
                pid=worker.pid,
                reason=message.body.get("reason", ""),
                detail=message.body.get("detail", ""),
            )
        if not self._proven:
            self._give_up()

    def _submit(self, worker: WorkerProcess, message: Message) -> None:
        """Collect a share.  One that comes after the last that was needed waits for, or finds, the node unsealed."""
        if self._unsealing is not None:
            self._unsealing.askers.append((worker, message.id))
        elif self._custody.root_key is not None:
            self._reply_progress(worker, message.id, ())
        else:
            complete = self._custody.submit(message.secret, int(message.body["threshold"]))
            self._reply_progress(worker, message.id, complete)

    def _reply_progress(self, worker: WorkerProcess, request_id: int, complete: tuple[bytes, ...]) -> None:
        body = {
            "nonce": self._custody.collection.nonce,
            "count": len(self._custody.collection.shares),
            "complete": list(complete),
        }
        worker.send(Message("reply", id=request_id, body=body))

    def _give_key(self, worker: WorkerProcess, key: Secret) -> None:
        self._next_id += 1
        worker.send(Message("open", id=self._next_id, secret=key.reveal()))

    def _unseal(self, asker: WorkerProcess, message: Message) -> None:
        """Hand the root key to every worker; the asker is answered when all have opened their barrier."""
        if self._sealing is not None:
            asker.send(Message("reply", id=message.id, body={"error": "the node is being sealed"}))
            return
        if self._unsealing is not None:
            self._unsealing.askers.append((asker, message.id))
            return
        if self._custody.root_key is not None:
            asker.send(Message("reply", id=message.id))
            return
        root_key = Secret(message.secret)
        self._custody.unseal(root_key)
        self._unsealing = Unsealing()
        self._unsealing.askers.append((asker, message.id))
        for worker in self._workers.values():
            if worker.ending_since is not None:
                continue
            self._unsealing.waiting.add(worker.pid)
            if worker.ready:  # the others get it as soon as they are
                self._give_key(worker, root_key)
        log.info("unsealing", workers=len(self._unsealing.waiting))

    def _opened(self, worker: WorkerProcess, error: str) -> None:
        """A worker has opened the barrier, or couldn't: then it must not serve as a sealed one beside unsealed ones."""
        if error:
            log.error("worker did not open the barrier", pid=worker.pid, reason=error)
        unsealing = self._unsealing
        if unsealing is None or worker.pid not in unsealing.waiting:
            if error:
                self._replace(worker)
            else:
                self._listen(worker)
            return
        if error:
            unsealing.error = error
            unsealing.failed.append(worker)
        else:
            unsealing.opened += 1
        self._waited_for(worker, unsealing)

    def _waited_for(self, worker: WorkerProcess, unsealing: Unsealing) -> None:
        unsealing.waiting.discard(worker.pid)
        if unsealing.waiting:
            return
        self._unsealing = None
        error = ""
        if unsealing.opened:
            log.info("unsealed")
            for failed in unsealing.failed:
                self._replace(failed)
        else:
            self._custody.root_key = None
            error = unsealing.error
        for other in self._workers.values():
            if other.ready and other.ending_since is None:
                self._listen(other)
        for asker, request_id in unsealing.askers:
            asker.send(Message("reply", id=request_id, body={"error": error}))

    def _ask_all(self, asker: WorkerProcess, message: Message) -> None:
        if message.body["name"] == LOG_LEVEL:
            self._header["log_level_now"] = message.body["level"]  # for those who come later
            logs.set_level(str(message.body["level"]))
        own = own_lines(message.body) if message.body["name"] == LOG_LINES else None
        self._questions.ask(asker, message, self._workers.values(), own)

    def _seal(self, asker: WorkerProcess, request_id: int) -> None:
        """Forget the key and end every worker; who asked for it last, so that it can answer."""
        log.info("sealing")
        self._custody.forget()
        self._restarts.clear()
        self._end_companions()
        self._sealing = [*(self._sealing or ()), (asker, request_id)]
        askers = [worker for worker, _ in self._sealing]
        for worker in self._workers.values():
            if worker not in askers:
                self._end(worker, DRAIN_S)
        self._finish_sealing()

    def _finish_sealing(self) -> None:
        """Answer who asked once nobody else is left; a worker that was told to end may have asked too."""
        if self._sealing is None:
            return
        if not self._workers:
            log.info("sealed")
        askers = [worker for worker, _ in self._sealing]
        if any(worker not in askers for worker in self._workers.values()):
            return
        for asker, request_id in self._sealing:
            asker.send(Message("reply", id=request_id))
            self._end(asker, DRAIN_S)
        self._sealing = []

    def _end(self, worker: WorkerProcess, drain_s: float) -> None:
        if worker.ending_since is None:
            worker.ending_since = time.monotonic()
            worker.send(Message("end", body={"drain_s": drain_s}))

    def _replace(self, worker: WorkerProcess) -> None:
        """End a worker that can't do its work."""
        worker.failed = True
        self._end(worker, 0)

    def _handle_signals(self) -> None:
        signals, self._signals = self._signals, set()
        if signals & {signal.SIGTERM, signal.SIGINT} and not self._stopping:
            log.info("stopping")
            self._stop(STOP_DRAIN_S)
        if signal.SIGHUP in signals and not self._stopping:
            log.info("reloading")
            news = self._reload()
            self._header = self._header | news | {"log_level_now": ""}  # for those who come later
            for worker in self._workers.values():
                worker.send(Message("reload", body=news))
            for companion in self._companions:
                companion.send(Message("reload", body=news))

    def _stop(self, drain_s: float) -> None:
        self._stopping = True
        self._end_companions()
        for worker in self._workers.values():
            self._end(worker, drain_s)

    def _end_companions(self) -> None:
        for companion in self._companions:
            if not companion.finishing_s:
                companion.end()

    def _give_up(self) -> None:
        self._status = 1
        self._stop(0)

    def _reap(self) -> None:
        for pid, worker in list(self._workers.items()):
            if worker.poll() is None:
                continue
            if worker.control.fileno() >= 0:
                self._selector.unregister(worker.control)
            self._handle_all(worker, worker.last_words())
            del self._workers[pid]
            self._lost(worker)

    def _lost(self, worker: WorkerProcess) -> None:
        """A worker has ended: finish what waited for it, and put another in its place."""
        self._questions.lost(worker)
        if self._unsealing is not None and worker.pid in self._unsealing.waiting:
            # No failure: the one that replaces it is given the key.
            self._waited_for(worker, self._unsealing)
        self._finish_sealing()
        if self._stopping or self._sealing is not None:
            return
        now = time.monotonic()
        if worker.ending_since is not None and not worker.failed:
            self._restarts.at_once(worker.slot, now)
            return
        log.error("worker ended by itself", pid=worker.pid, status=worker.poll())
        if not self._proven:
            self._give_up()
            return
        self._restarts.after_failure(worker.slot, now, now - worker.started_at)

    def _tick(self) -> None:
        now = time.monotonic()
        if not self._stopping and self._sealing is None:
            for slot in self._restarts.take_due(now):
                self._start(slot)
        for companion in self._companions:
            companion.tick()
        patience_s = _KILL_STOPPING_AFTER_S if self._stopping else _KILL_AFTER_S
        for worker in self._workers.values():
            if worker.ending_since is not None and now - worker.ending_since > patience_s:
                log.warning("worker is killed", pid=worker.pid)
                worker.kill()

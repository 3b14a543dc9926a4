"""How a node is unsealed and sealed by its workers' messages: who is told what, and when."""

from __future__ import annotations

import selectors
import socket
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from strongroom.barrier.succession import fingerprint
from strongroom.lib.rand import SystemRandom
from strongroom.lib.secret import Secret
from strongroom.sealing.port import Progress
from strongroom.server.build import Build
from strongroom.server.messages.framing import Framing, Message
from strongroom.server.messages.to_supervisor import FromWorker, SubmitShare, Unseal
from strongroom.server.messages.to_worker import Done, End, Listen, Open, ProgressIs, Start, ToWorker
from strongroom.server.sources import Sources
from strongroom.server.supervisor.channel import Channel
from strongroom.server.supervisor.custody import Custody
from strongroom.server.supervisor.process import WorkerProcess
from strongroom.server.supervisor.sealing import Sealing
from strongroom.server.supervisor.unsealing import Unsealing
from strongroom.server.supervisor.workers import Workers

KEY, NEXT_KEY = Secret(b"k" * 32), Secret(b"n" * 32)


class Worker(WorkerProcess):
    """One without a process: what it is told is read here."""

    def __init__(self, pid: int) -> None:
        ours, self.theirs = socket.socketpair()
        ours.setblocking(False)
        self.theirs.setblocking(False)
        self._channel: Channel[FromWorker] = Channel(ours, FromWorker)
        self._framing: Framing[ToWorker] = Framing(ToWorker)
        self._number = self.slot = pid
        self.ready = True
        self.told_to_listen = self.failed = False
        self.ending_since: float | None = None

    @property
    def pid(self) -> int:
        """Its number."""
        return self._number

    def told(self) -> list[Message]:
        """What it was told since."""
        try:
            return [*self._framing.feed(self.theirs.recv(1 << 20))]
        except BlockingIOError:
            return []


class Node:
    """The supervisor's parts, around three workers."""

    def __init__(self) -> None:
        sources = Sources((), {})
        self.workers = Workers([], Start(sources, 1), Build("1", "x"), 0, selectors.DefaultSelector())
        self.custody = Custody(SystemRandom())
        self.unsealing = Unsealing(self.workers, self.custody)
        self.others_ended = 0
        self.sealing = Sealing(self.workers, self.custody, self._end_others)
        self.all = [Worker(pid) for pid in (1, 2, 3)]
        self.workers.by_pid.update({worker.pid: worker for worker in self.all})

    def _end_others(self) -> None:
        self.others_ended += 1

    def told(self) -> list[list[Message]]:
        """What each worker was told since."""
        return [worker.told() for worker in self.all]

    def lose(self, worker: Worker) -> None:
        """It has ended, as the supervisor finds."""
        self.workers.remove(worker)
        self.unsealing.lost(worker)
        self.sealing.go_on()


@pytest.fixture
def node() -> Iterator[Node]:
    """A sealed node."""
    node = Node()
    yield node
    for worker in node.all:
        worker.control.close()
        worker.theirs.close()


def test_shares_come_together(node: Node) -> None:
    """Whoever they are handed to; each is told how far it is, and the last gets all of them."""
    first, second, third = node.all
    node.unsealing.progress(first, 1)
    node.unsealing.submit(second, SubmitShare(Secret(b"a"), 2, 2))
    nonce = node.custody.shares.progress().nonce
    assert nonce
    node.unsealing.submit(third, SubmitShare(Secret(b"b"), 2, 3))
    assert node.told() == [
        [ProgressIs(1, Progress("", 0, ()))],
        [ProgressIs(2, Progress(nonce, 1, ()))],
        [ProgressIs(3, Progress("", 0, (b"a", b"b")))],
    ]


def test_a_reset_forgets_the_shares(node: Node) -> None:
    """Who asked for it is told, and the next share is the first."""
    node.unsealing.submit(node.all[0], SubmitShare(Secret(b"a"), 3, 1))
    node.unsealing.reset(node.all[0], 2)
    node.unsealing.submit(node.all[0], SubmitShare(Secret(b"b"), 3, 3))
    _, done, last = node.all[0].told()
    assert done == Done(2)
    assert isinstance(last, ProgressIs)
    assert (last.id, last.progress.count) == (3, 1)


def test_the_asker_is_answered_when_every_worker_is_open(node: Node) -> None:
    """Nobody listens before; who starts gets the key when its store is open; who ends is not waited for."""
    first, second, third = node.all
    second.ready = False
    third.ending_since = 1.0
    node.unsealing.unseal(first, Unseal(KEY, 1))
    assert node.told() == [[Open(KEY)], [], []]
    node.unsealing.submit(third, SubmitShare(Secret(b"late"), 2, 2))
    node.unsealing.unseal(third, Unseal(NEXT_KEY, 3))
    node.unsealing.opened(first, "")
    assert node.told() == [[], [], []]
    node.unsealing.ready(second)
    assert second.told() == [Open(KEY)]
    node.unsealing.opened(second, "")
    assert node.told() == [[Listen(), Done(1)], [Listen()], [Done(3), ProgressIs(2, Progress("", 0, ()))]]
    assert node.custody.root_key == KEY
    node.unsealing.opened(second, "")
    node.unsealing.unseal(second, Unseal(NEXT_KEY, 4))
    node.unsealing.submit(second, SubmitShare(Secret(b"later"), 2, 5))
    assert second.told() == [Done(4), ProgressIs(5, Progress("", 0, ()))]
    assert node.custody.root_key == KEY


def test_who_did_not_open_is_replaced_when_others_did(node: Node) -> None:
    """It must not serve as a sealed one beside unsealed ones."""
    first, second, third = node.all
    node.unsealing.unseal(first, Unseal(KEY, 1))
    node.told()
    with capture_logs() as lines:
        node.unsealing.opened(first, "it can't be read")
        node.unsealing.opened(second, "")
    assert [(line["event"], line["pid"], line["reason"]) for line in lines] == [
        ("worker did not open the barrier", 1, "it can't be read")
    ]
    node.unsealing.opened(third, "")
    assert node.told() == [[End(0), Done(1)], [Listen()], [Listen()]]
    assert [worker.failed for worker in node.all] == [True, False, False]
    assert node.custody.root_key == KEY


def test_a_key_that_opens_nothing_is_not_kept(node: Node) -> None:
    """The reason is told, and every worker serves as a sealed one."""
    node.unsealing.unseal(node.all[1], Unseal(KEY, 1))
    node.told()
    for worker in node.all:
        node.unsealing.opened(worker, f"{worker.pid} failed")
    assert node.told() == [[Listen()], [Listen(), Done(1, "3 failed")], [Listen()]]
    assert [worker.failed for worker in node.all] == [False] * 3
    assert node.custody.root_key is None
    node.unsealing.unseal(node.all[1], Unseal(NEXT_KEY, 2))
    assert node.told() == [[Open(NEXT_KEY)]] * 3


def test_a_worker_that_ended_keeps_nobody_waiting(node: Node) -> None:
    """What opened counts; when all have ended, the attempt has failed."""
    first, second, third = node.all
    node.unsealing.unseal(first, Unseal(KEY, 1))
    node.told()
    node.unsealing.opened(first, "")
    node.lose(second)
    assert node.told() == [[], [], []]
    node.lose(third)
    assert first.told() == [Listen(), Done(1)]
    assert node.custody.root_key == KEY


def test_an_attempt_whose_workers_all_ended_has_failed(node: Node) -> None:
    """A share that came with it is answered so, and the key isn't kept."""
    first, second, third = node.all
    third.ending_since = 1.0
    node.unsealing.unseal(third, Unseal(KEY, 1))
    node.lose(first)
    node.lose(third)  # was not waited for
    assert node.custody.root_key == KEY
    node.lose(second)
    assert third.told() == [Done(1, "every worker ended")]
    assert node.custody.root_key is None


def test_a_worker_that_comes_later_opens_before_it_listens(node: Node) -> None:
    """On a sealed node it listens at once; one that can't open is replaced."""
    first, second, third = node.all
    first.ready = False
    node.unsealing.ready(first)
    assert (first.ready, first.told()) == (True, [Listen()])
    node.custody.unseal(KEY)
    node.unsealing.ready(second)
    node.unsealing.ready(third)
    assert node.told() == [[], [Open(KEY)], [Open(KEY)]]
    node.unsealing.opened(second, "")
    node.unsealing.opened(third, "it can't be read")
    assert node.told() == [[], [Listen()], [End(0)]]
    assert [worker.failed for worker in node.all] == [False, False, True]


def test_a_successor_is_for_those_that_come_later(node: Node) -> None:
    """Only one that comes after the key that is kept."""
    node.custody.unseal(KEY)
    node.unsealing.succeeded(fingerprint(NEXT_KEY), Secret(b"x" * 32))
    node.unsealing.ready(node.all[0])
    node.unsealing.succeeded(fingerprint(KEY), NEXT_KEY)
    node.unsealing.ready(node.all[1])
    assert node.told() == [[Open(KEY)], [Open(NEXT_KEY)], []]


def test_a_node_is_sealed_when_nobody_else_is_left(node: Node) -> None:
    """The key is forgotten at once; everybody ends, who asked last of all, with an answer."""
    first, second, third = node.all
    node.custody.unseal(KEY)
    node.workers.restarts.at_once(0, 0.0)
    node.sealing.go_on()
    assert (node.sealing.begun, node.told()) == (False, [[], [], []])
    with capture_logs() as lines:
        node.sealing.seal(first, 1)
    assert [line["event"] for line in lines] == ["sealing"]
    assert (node.custody.root_key, node.sealing.begun, node.others_ended) == (None, True, 1)
    assert node.workers.restarts.take_due(1e9) == []
    assert node.told() == [[], [End(2.0)], [End(2.0)]]
    node.lose(third)
    assert node.told() == [[], [], []]
    node.sealing.seal(second, 2)  # it was told to end, and had been asked to seal before
    assert node.told() == [[Done(1), End(2.0)], [Done(2)], []]
    node.sealing.go_on()
    assert node.told() == [[], [], []]
    assert first.ending_since is not None
    node.lose(second)
    with capture_logs() as lines:
        node.lose(first)
    assert [line["event"] for line in lines] == ["sealed"]


def test_a_node_without_workers_is_not_sealed_by_that(node: Node) -> None:
    """Nobody asked for it."""
    with capture_logs() as lines:
        for worker in node.all:
            node.lose(worker)
    assert lines == []

"""How a namespace is unsealed and sealed by the workers' messages: who is told what, and when."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs
from tests.unit.server.test_seal_state import KEY, Node, Worker

from strongroom.barrier.namespace_keys import NamespaceKey
from strongroom.lib.secret import Secret
from strongroom.server.messages.to_supervisor import (
    NamespaceOpened,
    SealNamespace,
    SubmitShare,
    UnsealNamespace,
)
from strongroom.server.messages.to_worker import CloseNamespace, Done, Listen, Open, OpenNamespace, ProgressIs
from strongroom.server.supervisor.namespace_seals import NamespaceSeals

OUTER = NamespaceKey("outer", "root", "root", (0,), Secret(b"o" * 32))
INNER = NamespaceKey("inner", "outer", "outer", (0, 0), Secret(b"i" * 32))


class TenantNode(Node):
    """An unsealed node."""

    def __init__(self) -> None:
        super().__init__()
        self.custody.unseal(KEY)
        self.namespaces = NamespaceSeals(self.workers, self.custody)

    def lose(self, worker: Worker) -> None:
        """It has ended, as the supervisor finds."""
        super().lose(worker)
        self.namespaces.lost(worker)


@pytest.fixture
def node() -> Iterator[TenantNode]:
    """An unsealed node."""
    node = TenantNode()
    yield node
    for worker in node.all:
        worker.control.close()
        worker.theirs.close()


def test_shares_of_a_namespace_come_together_on_an_unsealed_node(node: TenantNode) -> None:
    """Whoever they are handed to; those of another namespace are counted apart."""
    first, second, third = node.all
    node.unsealing.submit(first, SubmitShare(Secret(b"a"), 2, 1, "outer"))
    node.unsealing.submit(second, SubmitShare(Secret(b"b"), 2, 2, "inner"))
    node.unsealing.submit(third, SubmitShare(Secret(b"c"), 2, 3, "outer"))
    told = [message for messages in node.told() for message in messages]
    assert all(isinstance(message, ProgressIs) for message in told)
    assert [(m.progress.count, m.progress.complete) for m in told if isinstance(m, ProgressIs)] == [
        (1, ()),
        (1, ()),
        (0, (b"a", b"c")),
    ]
    node.unsealing.progress(first, 4, "inner")
    node.unsealing.reset(first, 5, "inner")
    node.unsealing.progress(first, 6, "inner")
    before, _, after = first.told()
    assert isinstance(before, ProgressIs)
    assert isinstance(after, ProgressIs)
    assert (before.progress.count, after.progress.count) == (1, 0)


def test_a_share_that_comes_too_late_is_not_kept(node: TenantNode) -> None:
    """The namespace is unsealed already."""
    node.namespaces.unseal(node.all[0], UnsealNamespace(OUTER, 1))
    node.told()
    node.unsealing.submit(node.all[1], SubmitShare(Secret(b"late"), 2, 2, "outer"))
    (progress,) = node.all[1].told()
    assert isinstance(progress, ProgressIs)
    assert progress.progress.count == 0
    assert node.custody.shares.progress("outer").count == 0


def test_the_asker_is_answered_when_every_worker_has_opened(node: TenantNode) -> None:
    """One that ended isn't waited for, and one that isn't ready gets the key when it is."""
    first, second, third = node.all
    third.ready = False
    node.namespaces.unseal(first, UnsealNamespace(OUTER, 7))
    assert node.told() == [[OpenNamespace(1, OUTER)], [OpenNamespace(1, OUTER)], []]
    node.namespaces.opened(first, NamespaceOpened(1))
    assert node.told() == [[], [], []]
    node.lose(second)
    assert first.told() == [Done(7)]
    node.unsealing.ready(third)
    assert third.told() == [Open(KEY)]
    node.unsealing.opened(third, "")
    assert third.told() == [OpenNamespace(0, OUTER), Listen()]
    node.namespaces.opened(third, NamespaceOpened(0))
    assert node.told() == [[], [], []]


def test_a_failure_is_told_when_no_worker_has_opened(node: TenantNode) -> None:
    """One that opened is enough; the others go on trying by themselves, and the log has the reason."""
    first, second, third = node.all
    node.namespaces.unseal(first, UnsealNamespace(OUTER, 1))
    with capture_logs() as lines:
        node.namespaces.opened(first, NamespaceOpened(1))
        node.namespaces.opened(second, NamespaceOpened(1, "no store"))
        node.namespaces.opened(third, NamespaceOpened(1))
    assert first.told()[-1] == Done(1)
    assert [line["reason"] for line in lines] == ["no store"]
    node.namespaces.unseal(first, UnsealNamespace(OUTER, 2))
    for worker in node.all:
        node.namespaces.opened(worker, NamespaceOpened(2, "namespace is sealed"))
    assert first.told()[-1] == Done(2, "namespace is sealed")


def test_sealing_is_told_to_every_worker(node: TenantNode) -> None:
    """The keys go at once, also of what lies below; the asker is answered when all have given up."""
    first, second, third = node.all
    for key in (OUTER, INNER):
        node.custody.unseal_namespace(key)
    node.namespaces.seal(second, SealNamespace("outer", 5))
    assert node.custody.namespaces == []
    assert node.told() == [[CloseNamespace(1, "outer")]] * 3
    node.namespaces.closed(first, 1)
    node.namespaces.closed(second, 1)
    assert node.told() == [[], [], []]
    node.namespaces.closed(third, 1)
    assert node.told() == [[], [Done(5)], []]


def test_a_sealed_node_takes_no_key_of_a_namespace(node: TenantNode) -> None:
    """It would be there when the node is unsealed again."""
    node.custody.forget()
    node.namespaces.unseal(node.all[0], UnsealNamespace(OUTER, 1))
    assert node.told() == [[Done(1, "the node is sealed")], [], []]
    assert node.custody.namespaces == []


def test_a_worker_that_comes_later_opens_ancestors_first(node: TenantNode) -> None:
    """All before it listens."""
    node.custody.unseal_namespace(INNER)
    node.custody.unseal_namespace(OUTER)
    node.unsealing.opened(node.all[0], "")
    assert node.all[0].told() == [OpenNamespace(0, OUTER), OpenNamespace(0, INNER), Listen()]

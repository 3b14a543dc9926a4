"""Two regions in one process: each a node over a store of its own, and between them the messages, without sockets.

    regions = await Regions.start()
    await regions.join()
    await regions.level()

Nothing happens by itself: a test takes the follower's steps one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from strongroom.barrier import keys
from strongroom.barrier.region import is_replicated
from strongroom.barrier.transaction import Transaction, transact
from strongroom.core.region.catching_up import CatchingUp
from strongroom.core.region.feeding import Feeding, Refusal
from strongroom.core.region.following import LOCK_S, ROLE
from strongroom.core.region.hearing import Hearing
from strongroom.core.region.replica import Replica
from strongroom.crypto import region_certificates
from strongroom.lib.errors import InvalidRequest, Unreachable, UpstreamFailed
from strongroom.lib.rand import SystemRandom
from strongroom.server.node_settings import NodeSettings
from strongroom.services.region import joining, wire
from strongroom.services.region.link import RegionRefused
from strongroom.services.region.records import PROGRESS, Progress
from strongroom.storage.base import Fence
from strongroom.storage.inmem import InmemStorage
from strongroom.sysapi.services import Services
from tests.flow.node import Kept, TestNode
from tests.sim.clock import SetClock
from tests.sim.faulty_storage import Plan

M = TypeVar("M", bound=msgspec.Struct)
Alter = Callable[[str, msgspec.Struct], msgspec.Struct]


@dataclass(slots=True)
class Between:
    """What asks the first region, by messages in the form that they have on the wire.

    Attributes:
        certificate: the fingerprint of the certificate that is shown; empty for none.
        cut: whether nothing comes through.
        alter: what a hostile first region says in the place of an answer.
        paths: what was asked.
    """

    feeding: Feeding
    certificate: str = ""
    cut: bool = False
    alter: Alter | None = None
    paths: list[str] = field(default_factory=list)

    async def ask(self, path: str, said: msgspec.Struct, type_: type[M]) -> M:
        """As `Link.ask`."""
        if self.cut:
            raise Unreachable("the first region cannot be reached")
        self.paths.append(path)
        try:
            answer = await self.feeding.answer(path, wire.encode(said), self.certificate)
        except Refusal as refusal:
            raise RegionRefused(wire.decode(wire.encode(refusal.said), wire.Refused)) from refusal
        if self.alter is not None:
            answer = self.alter(path, answer)
        try:
            return wire.decode(wire.encode(answer), type_)
        except InvalidRequest as error:
            raise UpstreamFailed("the first region gave no usable answer") from error


async def region(name: str, clock: SetClock | None = None, plan: Plan | None = None, commits: int = 65_536) -> TestNode:
    """An unsealed node that other regions can reach.

    Args:
        commits: how many its store's feed reaches back.
    """
    clock = clock or SetClock()
    storage = InmemStorage(clock, SystemRandom(), feed_commits=commits)
    await storage.start()
    settings = NodeSettings(region_listener=True, api_address=f"https://{name}.example")
    node = TestNode(storage, clock, plan, settings=settings)
    made = await node.ok("PUT", "sys/init", {"secret_shares": 3, "secret_threshold": 2}, token="")
    node.root, node.keys = made.body["root_token"], made.body["keys"]
    await node.unseal()
    return node


def services(node: TestNode) -> Services:
    """What is behind the node's open barrier."""
    assert node.node.unsealed is not None
    return node.node.unsealed


def shared(node: TestNode) -> dict[str, bytes]:
    """The rows that belong to all regions, as they lie in the node's store."""
    return {key: value for key, value in node.rows().items() if is_replicated(key)}


async def fill(node: TestNode, count: int, text: str, commits: int = 1) -> None:
    """Write rows into the probe's mount, in as many commits."""
    mount = str((await node.ok("GET", "sys/mounts/probe")).data["uuid"])
    area = keys.area(keys.ROOT_NAMESPACE, mount)
    for commit in range(commits):

        async def body(txn: Transaction, commit: int = commit) -> None:
            for number in range(commit, count, commits):
                txn.write(f"{area}row-{number:05d}", Kept(text=text))

        await transact(services(node).barrier, body)


@dataclass(slots=True)
class Regions:
    """Both, and what is between them.

    Attributes:
        first: the one that writes.
        second: the one that follows, once it has joined.
        between: asks `first` for `second`.
    """

    first: TestNode
    second: TestNode
    between: Between
    held: Fence | None = None
    """The role, of the process that has it."""

    @classmethod
    async def start(cls, *, clock: SetClock | None = None, plan: Plan | None = None, commits: int = 65_536) -> Regions:
        """Both, with `kv/` and `probe/` in the first one; nobody follows yet.

        Args:
            clock: of the second one; both have the same time if it isn't given.
            plan: which calls of the second one's store fail.
            commits: how many the first one's feed reaches back.
        """
        first = await region("first", commits=commits)
        second = await region("second", clock, plan)
        await first.ok("POST", "sys/mounts/probe", {"type": "probe"})
        await first.ok("POST", "sys/mounts/kv", {"type": "kv"})
        await first.ok("PUT", "sys/region/enable", {"address": "first.example:8203"})
        return cls(first, second, Between(Feeding(services(first), wait_s=0.0)))

    async def token(self) -> wire.TokenContent:
        """A new enrolment token of the first region."""
        made = await self.first.ok("PUT", "sys/region/token", {"name": "second"})
        return wire.parse_token(made.data["token"])

    async def join(self) -> None:
        """Have the second one follow, and unseal it by its own shares."""
        if await self.joined():
            await services(self.second).port.seal()
            await self.second.unseal()

    async def joined(self) -> bool:
        """Have the second one's store follow.  Returns whether its keys are others than before."""
        content = await self.token()
        mine = services(self.second)
        asking = Between(self.between.feeding)
        enrolled, key, membership = await joining.enrol(asking, content, mine.random, mine.cluster.id)
        foreign = await transact(mine.barrier, lambda txn: joining.join(txn, mine.random, enrolled, key, membership))
        self.second.root = self.first.root
        self.between.certificate = region_certificates.fingerprint(enrolled.certificate)
        return foreign

    async def catching_up(self, node: TestNode | None = None) -> CatchingUp:
        """What a process of the second region does that has just taken the role."""
        mine = services(node or self.second)
        term, fence = await self._role(mine)
        return CatchingUp(Replica(mine, fence, self.between, term), self.between, term)

    async def hearing(self) -> Hearing:
        """What it does beside."""
        mine = services(self.second)
        term, fence = await self._role(mine)
        return Hearing(mine, fence, self.between, term)

    async def level(self) -> None:
        """Have the second one take over all that the first one has."""
        catching_up = await self.catching_up()
        for _ in range(1000):
            if await catching_up.step():
                return
        raise AssertionError("it doesn't come to an end")

    async def progress(self) -> Progress:
        """How far the second one is."""
        barrier = services(self.second).barrier
        await barrier.sync()

        async def read(txn: Transaction) -> Progress | None:
            return await txn.read(PROGRESS, Progress)

        found = await transact(barrier, read)
        assert found is not None
        return found

    async def release(self) -> None:
        """Let another process have the role."""
        if self.held is not None:
            await self.second.store.unlock(self.held)
            self.held = None

    async def _role(self, mine: Services) -> tuple[int, Fence]:
        """The term, and the role, which is taken from whoever has it."""
        await mine.barrier.sync()
        assert mine.barrier.region.state is not None
        await self.release()
        self.held = await self.second.store.lock(ROLE, mine.random.bytes(8).hex(), LOCK_S)
        assert self.held is not None
        return mine.barrier.region.state.term, self.held

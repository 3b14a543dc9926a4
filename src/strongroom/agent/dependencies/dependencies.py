"""Everything that templates ask for, kept fresh."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from strongroom.agent.dependencies.asking import Asking
from strongroom.agent.dependencies.dependency import Dependency, Kind
from strongroom.agent.dependencies.failing import Outage
from strongroom.agent.dependencies.fetching import Fetching
from strongroom.agent.dependencies.gate import Gate
from strongroom.agent.dependencies.kept.answers import KeptAnswers
from strongroom.agent.dependencies.ledger import Asker, Ledger
from strongroom.agent.dependencies.local import LocalDependencies
from strongroom.agent.dependencies.refreshing import Rule
from strongroom.agent.dependencies.server import ServerDependencies
from strongroom.agent.dependencies.state import State
from strongroom.agent.dependencies.tokens import Tokens
from strongroom.agent.serving.kept.store import Kept, NothingKept
from strongroom.agent.session.login import Session
from strongroom.agent.upstream import Upstream
from strongroom.lib.clock import Clock, SleeplessClock


class Dependencies:
    """Fetches what is asked for, keeps it fresh, and tells whoever asked.

    Args:
        session: who is logged in.
        upstream: the server.
        connections: how many requests are under way at once.
        kept: what outlives the process.
        host: the name of this machine, by which chance differs.
    """

    def __init__(
        self,
        session: Session,
        upstream: Upstream,
        *,
        connections: int = 10,
        kept: Kept | None = None,
        host: str = "",
        clock: Clock | None = None,
    ) -> None:
        clock = clock or SleeplessClock()
        host = host or socket.gethostname()
        self._ledger = Ledger()
        self._gate = Gate(connections, host, clock)
        self._server = ServerDependencies(
            self._ledger,
            Tokens(session),
            Fetching(Asking(upstream), upstream.clock),
            self._gate,
            KeptAnswers(kept or NothingKept(), f"{upstream.settings.address} {upstream.settings.namespace}", clock),
            host=host,
            clock=clock,
        )
        self._local = LocalDependencies(self._ledger, clock)
        self._clock = clock

    @property
    def outage(self) -> Outage | None:
        """Since when the server is away; None while it isn't."""
        return self._gate.outage

    def want(self, asker: Asker, wanted: AbstractSet[Dependency], rule: Rule) -> None:
        """Set what somebody asks for, instead of what they asked for before.

        Args:
            rule: what the configuration says about how it is refreshed for them.
        """
        added, dropped = self._ledger.want(asker, wanted, rule)
        for each in added:
            self._of(each).add(each)
        for each in dropped:
            self._of(each).drop(each)

    def state(self, dependency: Dependency) -> State | None:
        """What is known; None of what nobody asks for.  May be called from any thread."""
        return self._ledger.state(dependency)

    def states(self) -> dict[Dependency, State]:
        """What is known of each."""
        return self._ledger.states()

    def complete(self, certificate: Dependency, beside: Sequence[str]) -> None:
        """Complete a certificate that was kept from a file without some part, or have another one issued.

        Args:
            beside: other files of its template, which may have the rest.
        """
        self._server.complete(certificate, beside)

    def hasten(self, wanted: AbstractSet[Dependency], after_s: float) -> None:
        """Fetch what has no lease in so many seconds, if it isn't due before: somebody hopes that it changes."""
        for each in wanted:
            if each.kind is not Kind.FILE:
                self._server.hasten(each, self._clock.monotonic() + after_s)

    def became_ready(self) -> None:
        """Tell that somebody can use answers again."""
        self._server.release()

    def all_asked(self) -> None:
        """Tell that everybody has asked: what an earlier process has kept besides is of no use any more."""
        self._server.drop_left_over()

    async def run(self) -> None:
        """Keep everything fresh, for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._server.run())
            tasks.create_task(self._local.run())

    def _of(self, dependency: Dependency) -> ServerDependencies | LocalDependencies:
        return self._local if dependency.kind is Kind.FILE else self._server

"""The dependencies on the server: fetches each, renews its lease, and fetches it again in time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import structlog

from strongroom.agent.denials import may_be_unknown_token
from strongroom.agent.dependencies.asking import NoAnswer
from strongroom.agent.dependencies.attempt import Attempt, failure_of
from strongroom.agent.dependencies.dependency import Dependency
from strongroom.agent.dependencies.doubts import Doubts
from strongroom.agent.dependencies.fetching import Fetching
from strongroom.agent.dependencies.gate import Gate
from strongroom.agent.dependencies.kept.answers import KeptAnswers
from strongroom.agent.dependencies.kept.taking_over import TakenOver, TakingOver
from strongroom.agent.dependencies.ledger import Ledger
from strongroom.agent.dependencies.moment import Moment
from strongroom.agent.dependencies.outcomes import Circumstances, Failure, answered, failed, replanned
from strongroom.agent.dependencies.refreshing import Next, Step, chance
from strongroom.agent.dependencies.schedule import Schedule
from strongroom.agent.dependencies.state import Answer, State
from strongroom.agent.dependencies.terms import Leased
from strongroom.agent.dependencies.tokens import Tokens
from strongroom.agent.dependencies.trying import Trying
from strongroom.agent.session.login import Login
from strongroom.agent.upstream import reason_of
from strongroom.client.errors import ClientError
from strongroom.lib.clock import Clock

log = structlog.get_logger("agent.dependencies")
_LONGEST_WAIT_S = 60.0
"""Event loops take no infinite time, and their timers stand still while the machine is suspended."""


class ServerDependencies:
    """Keeps answers of the server fresh.

    Args:
        kept: what outlives the process.
        host: the name of this machine, by which chance differs.
    """

    def __init__(
        self,
        ledger: Ledger,
        tokens: Tokens,
        fetching: Fetching,
        gate: Gate,
        kept: KeptAnswers,
        *,
        host: str,
        clock: Clock,
    ) -> None:
        self._ledger = ledger
        self._tokens = tokens
        self._trying = Trying(fetching)
        self._gate = gate
        self._doubts = Doubts(tokens, fetching, gate)
        self._kept = kept
        self._taking_over = TakingOver(kept, tokens, fetching, gate, clock)
        self._host = host
        self._clock = clock
        self._schedule: Schedule[Dependency] = Schedule()
        self._held: set[Dependency] = set()
        self._woken = asyncio.Event()

    def add(self, dependency: Dependency) -> None:
        """Fetch a dependency, too."""
        self._due(dependency, self._clock.monotonic())

    def drop(self, dependency: Dependency) -> None:
        """Refresh a dependency no more.  Its lease isn't renewed, and ends."""
        self._schedule.drop(dependency)
        self._held.discard(dependency)
        self._trying.incomplete.pop(dependency, None)
        self._kept.drop(dependency)
        self._woken.set()

    def drop_left_over(self) -> None:
        """Keep no more what an earlier process has kept, and nobody has asked for in this one."""
        self._kept.drop_left_over()
        self._woken.set()

    def complete(self, dependency: Dependency, beside: Sequence[str]) -> None:
        """Complete a certificate that was kept from a file without some part, or have another one issued.

        Args:
            beside: other files, which may have the rest.
        """
        state = self._ledger.state(dependency)
        if state is None:
            return
        self._trying.incomplete[dependency] = beside
        if state.next is not None:  # else it is done after what is under way
            self._put(dependency, replace(state, next=Next(Step.FETCH, self._clock.monotonic())))

    def hasten(self, dependency: Dependency, at: float) -> None:
        """Fetch what has no lease at a time, if it isn't due before."""
        state = self._ledger.state(dependency)
        if state is None or state.next is None or state.answer is None or isinstance(state.answer.terms, Leased):
            return
        if state.next.step is Step.FETCH and at < state.next.at:
            self._put(dependency, replace(state, next=Next(Step.FETCH, at)))

    def release(self) -> None:
        """Fetch what waited because nobody could use it."""
        for dependency in self._held:
            self.add(dependency)
        self._held.clear()

    async def run(self) -> None:
        """Refresh what is due, for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._follow_logins())
            while True:
                self._woken.clear()
                if self._kept.is_untidy:
                    tasks.create_task(self._kept.tidy())
                while (dependency := self._schedule.take(self._clock.monotonic())) is not None:
                    tasks.create_task(self._refresh(dependency))
                at = self._schedule.next_at()
                wait_s = _LONGEST_WAIT_S if at is None else min(at - self._clock.monotonic(), _LONGEST_WAIT_S)
                try:
                    async with asyncio.timeout(wait_s):
                        await self._woken.wait()
                except TimeoutError:
                    continue

    async def _refresh(self, dependency: Dependency) -> None:
        """Do what is due for a dependency, and plan what is next."""
        state = self._ledger.state(dependency)
        if state is None:
            return
        attempt = Attempt(dependency, state, state.next.step if state.next else Step.FETCH)
        if attempt.needs_user and not any(each.is_ready for each in self._ledger.askers(dependency)):
            self._held.add(dependency)
            return
        self._ledger.put(dependency, replace(state, next=None))
        login: Login | None = None
        taken: TakenOver | None = None

        async def send() -> Answer:
            nonlocal login
            login = await self._tokens.login()
            return await self._trying.tried(attempt, login)

        try:
            if state.answer is None:
                taken = await self._taking_over.answer(dependency)
            answer = taken.answer if taken is not None else await self._trying.from_file(attempt)
            if answer is None:
                await self._make_lasting(attempt)
                answer = await self._gate.through(send)
                await self._keep(attempt, answer)
        except NoAnswer as error:
            self._failed(attempt, Failure.OTHER, str(error), login)
        except ClientError as error:
            refused = login is not None and may_be_unknown_token(error) and await self._doubts.is_refused(login)
            failure = Failure.REFUSED if refused else failure_of(error, attempt.step)
            self._failed(attempt, failure, reason_of(error), login)
        else:
            self._answered(attempt, answer, taken.planned_at if taken is not None else None)

    async def _keep(self, attempt: Attempt, answer: Answer) -> None:
        """Keep an answer for the next process before anybody uses it."""
        dependency = attempt.dependency
        if dependency in self._ledger and (dependency not in self._kept or attempt.is_news(answer)):
            await self._kept.keep(dependency, answer, self._tokens.token(answer.login))

    async def _make_lasting(self, attempt: Attempt) -> None:
        """Have a token that lasts as long as the lease that is about to be taken, as far as that is known."""
        answer = attempt.state.answer
        if attempt.step is Step.FETCH and answer is not None and isinstance(answer.terms, Leased):
            self._tokens.saw(await self._tokens.session.lasting(answer.terms.full_s))

    def _answered(self, attempt: Attempt, answer: Answer, planned_at: float | None) -> None:
        dependency = attempt.dependency
        if dependency in self._ledger:
            given = self._given(dependency, answer.login, answer.turn)
            if planned_at is not None:
                given = replace(given, moment=replace(given.moment, at=planned_at))
            self._put(dependency, answered(answer, given))
            if dependency in self._trying.incomplete:
                self.complete(dependency, self._trying.incomplete[dependency])

    def _failed(self, attempt: Attempt, failure: Failure, reason: str, login: Login | None) -> None:
        dependency, state = attempt.dependency, attempt.state
        if dependency not in self._ledger:
            return
        number = state.answer.login if state.answer else (login.number if login else 0)
        failures = state.trouble.failures if state.trouble else 0
        given = self._given(dependency, number, failures)
        now = failed(state, attempt.step, failure, reason, given)
        if failures == 0:
            told = {"again_in_s": round(now.next.at - given.moment.at, 1)} if now.next is not None else {}
            log.warning("a dependency can't be refreshed", dependency=str(dependency), reason=reason, **told)
        self._put(dependency, now)

    def _given(self, dependency: Dependency, login: int, turn: int) -> Circumstances:
        return Circumstances(
            self._ledger.rule(dependency),
            self._tokens.of(login),
            Moment.now(self._clock),
            chance(self._host, f"{dependency}{dependency.arguments}", turn),
        )

    def _put(self, dependency: Dependency, state: State) -> None:
        self._ledger.put(dependency, state)
        if state.next is not None:
            self._due(dependency, state.next.at)

    def _due(self, dependency: Dependency, at: float) -> None:
        self._schedule.put(dependency, at)
        self._woken.set()

    async def _follow_logins(self) -> None:
        """Plan again, after each login, what ends with an earlier one's token."""
        number = 0
        while True:
            login = await self._tokens.session.after(number)
            number = login.number
            self._tokens.saw(login)
            for earlier in self._tokens.before(number, self._clock.monotonic()):
                await self._doubts.is_refused(earlier)
            for dependency, state in self._ledger.states().items():
                answer = state.answer
                if state.next and answer and isinstance(answer.terms, Leased) and answer.login < number:
                    self._put(dependency, replanned(state, self._given(dependency, answer.login, answer.turn)))

"""The session: one task that logs in, renews, and logs in again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace

import structlog

from strongroom.agent.denials import may_be_unknown_token
from strongroom.agent.methods.method import LoginMethod
from strongroom.agent.session import state as states
from strongroom.agent.session.grants import Grant
from strongroom.agent.session.kept import KeptToken, is_tried
from strongroom.agent.session.login import Login
from strongroom.agent.session.requests import Requests, is_final
from strongroom.agent.session.state import Occasion, SessionStatus, State, Terms
from strongroom.agent.session.timing import NEVER, Action, lasts, next_action
from strongroom.agent.upstream import about, reason_of
from strongroom.client.errors import ClientError, Denied
from strongroom.client.login.error import LoginError
from strongroom.lib.clock import Clock

log = structlog.get_logger("auth.handler")

_LONGEST_SLEEP_S = 60.0
"""Event loops take no infinite time, and their timers stand still while the machine is suspended."""


class LoginFailed(Exception):
    """There is no token, and the agent is to end for that.  The text says why."""


class KeptSession:
    """Keeps the agent logged in, and tells everybody by what.

    Args:
        method: how to log in.
        requests: asks the server.
        kept: a token from before.
        chance: draws a number from 0 up to 1.
    """

    def __init__(
        self,
        method: LoginMethod,
        requests: Requests,
        terms: Terms,
        clock: Clock,
        *,
        kept: KeptToken | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._method = method
        self._requests = requests
        self._terms = terms
        self._clock = clock
        self._chance = chance
        self._kept = kept
        self._state = State()
        self._current: Login | None = None
        self._attempts = 0
        self._can_look_up = True
        self._sure_at = -NEVER
        """When the last question began that the server answered with knowing the token."""
        self._changed = asyncio.Event()
        self._wake = asyncio.Event()
        self._doubts = asyncio.Lock()

    @property
    def current(self) -> Login | None:
        """The login in force; None before the first one, and after the token was refused or has ended."""
        return self._current

    async def after(self, number: int) -> Login:
        """The login in force, as soon as there is one with a greater number than this."""
        while self._current is None or self._current.number <= number:
            await self._changed.wait()
        return self._current

    def refused(self, login: Login) -> None:
        """Tell that the server refused the token as invalid.  A new login begins, if it is still the current one."""
        life = self._state.plan.life
        if self._current is None or self._current.number != login.number or life is None:
            return
        log.warning("the server refuses the token; a new login begins")
        self._become(states.refused(self._state, life, self._terms, self._occasion()))
        self._wake.set()

    async def holds(self, login: Login) -> bool:
        """Whether the server still knows the token; one that it doesn't know is refused."""
        doubted_at = self._clock.monotonic()
        async with self._doubts:
            if self._current is None or self._current.number != login.number:
                return False
            if self._sure_at >= doubted_at:
                return True
            asked_at = self._clock.monotonic()
            try:
                await self._requests.look_up(login.token)
            except Denied as error:
                # Who may not ask is denied by policy as long as the token holds, and in other words once it doesn't.
                if self._can_look_up or may_be_unknown_token(error):
                    self.refused(login)
                    return False
            except (ClientError, LoginError) as error:
                log.debug("whether the token is good couldn't be asked", reason=reason_of(error))
                return True
            self._sure_at = asked_at
            return True

    async def lasting(self, seconds: float) -> Login:
        """A login that lasts so long, as far as the server allows: a new one, if the current one ends before."""
        login = self._current or await self.after(0)
        life, now = self._state.plan.life, self._clock.monotonic()
        if life is None or lasts(life, now, seconds) or now < self._state.plan.no_login_before:
            return login
        attempts = self._attempts
        self._state = states.wanted(self._state)
        self._wake.set()
        while self._attempts == attempts:
            await self._changed.wait()
        return self._current or await self.after(login.number)

    def status(self) -> SessionStatus:
        """How the session is, for people."""
        accessor = self._current.accessor if self._current is not None else ""
        return states.status_of(self._state, accessor, self._clock.monotonic())

    async def run(self) -> None:
        """Keep logged in until cancelled.  Raises `LoginFailed` if that is to end the agent."""
        while True:
            action, at = next_action(self._state.plan)
            if at > self._clock.monotonic():
                await self._sleep(at)
            elif action is Action.RENEW:
                await self._renew()
            else:
                await self._log_in()
                self._attempts += 1
                self._tell()

    def _occasion(self) -> Occasion:
        return Occasion(self._clock.monotonic(), self._clock.now(), self._chance())

    def _become(self, state: State, login: Login | None = None) -> None:
        """Take over a state, and the login that belongs to it."""
        self._state = state
        life = state.plan.life
        if login is None or life is None:
            self._current = None
        else:
            self._current = replace(login, ends_at=life.ends_at, last_end_at=life.last_end_at, renewable=life.renewable)
        self._tell()

    def _tell(self) -> None:
        """Let everybody who waits look again."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def _sleep(self, until: float) -> None:
        """Wait for a moment, for somebody who wants something, or for new credentials."""
        poll_s = self._method.poll_s if self._terms.on_news and self._state.number else None
        while (left_s := until - self._clock.monotonic()) > 0:
            try:
                # Not `wait_for`, which loses a cancellation that comes together with the event.
                async with asyncio.timeout(min(left_s, poll_s or NEVER, _LONGEST_SLEEP_S)):
                    await self._wake.wait()
            except TimeoutError:
                if poll_s is None or not await self._method.renewed():
                    continue
                log.info("there are new credentials; a new login begins")
                self._state = states.wanted(self._state)
            self._wake.clear()
            return

    async def _log_in(self) -> None:
        life = self._state.plan.life
        if life is not None and self._clock.monotonic() >= life.ends_at:
            log.warning("the token has ended")
            self._become(states.ended(self._state))
        try:
            grant = await self._kept_grant() or await self._requests.log_in()
        except (ClientError, LoginError) as error:
            self._login_failed(error)
        else:
            self._hold(grant)

    async def _kept_grant(self) -> Grant | None:
        """What the server knows about the token from before; None if there is none, or it knows nothing.

        Raises: `ClientError` when that can't be found out.
        """
        kept, grant = self._kept, None
        if kept is not None and is_tried(kept, self._method.given_at, self._terms.configured_at):
            try:
                grant = await self._requests.look_up(kept.token)
            except (ClientError, LoginError) as error:
                if not is_final(error):
                    raise
                log.info("the token from before isn't good any more", reason=reason_of(error))
            else:
                log.info("the token from before is still good; no login is needed")
        self._kept = None
        return grant

    def _login_failed(self, error: Exception) -> None:
        reason, on = reason_of(error), self._occasion()
        told = about(error)
        if self._current is None and self._terms.exits:
            more = "".join(f" ({name}: {text})" for name, text in told.items())
            raise LoginFailed(f"the login failed: {reason}{more}") from error
        self._state = states.login_failed(self._state, reason, self._terms, on)
        again_in_s = round(self._state.plan.no_login_before - on.now, 1)
        log.error("the login failed", reason=reason, again_in_s=again_in_s, **told)

    def _hold(self, grant: Grant) -> None:
        """Have a token from now on."""
        on, current = self._occasion(), self._current
        same = current is not None and grant.wrapping is None and current.token == grant.token
        self._can_look_up = grant.can_look_up
        state = states.logged_in(self._state, grant, self._terms, on, same=same)
        if not same:
            log.info(
                "logged in",
                ttl_s=grant.ttl_s,
                renewable=grant.renewable,
                wrapped=grant.wrapping is not None,
                policies=", ".join(grant.policies),
            )
        self._become(
            state, Login(state.number, grant.token, grant.accessor, grant.renewable, on.now, on.now, grant.wrapping)
        )

    async def _renew(self) -> None:
        login = self._current
        if login is None:
            return
        try:
            ttl_s, renewable = await self._requests.renew(login.token)
        except (ClientError, LoginError) as error:
            await self._renewal_failed(login, error)
            return
        life, on = self._state.plan.life, self._occasion()
        if self._current is not login or life is None:
            return  # refused meanwhile
        log.info("renewed the token", ttl_s=ttl_s)
        state = states.renewal_granted(self._state, life, ttl_s, on, renewable=renewable)
        self._become(state, login)

    async def _renewal_failed(self, login: Login, error: Exception) -> None:
        if isinstance(error, Denied) and not await self.holds(login):
            return
        reason, life, on = reason_of(error), self._state.plan.life, self._occasion()
        if self._current is not login or life is None:
            return
        if is_final(error):
            log.info("the token can't be renewed", reason=reason)
            self._become(states.not_renewable(self._state, life), login)
            return
        self._state = states.renewal_failed(self._state, life, reason, self._terms, on)
        again_in_s = round(self._state.plan.no_renewal_before - on.now, 1)
        log.warning("the token couldn't be renewed, and stays in use", reason=reason, again_in_s=again_in_s)

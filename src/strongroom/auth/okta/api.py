"""Asks Okta: for a password, a second factor, groups.

Source: https://developer.okta.com/docs/reference/api/authn/, https://developer.okta.com/docs/reference/api/users/
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from strongroom.auth.okta import logic
from strongroom.auth.okta.logic import OKTA, Person, State
from strongroom.auth.okta.records import Config
from strongroom.lib import json
from strongroom.lib.errors import PermissionDenied, UpstreamFailed
from strongroom.lib.letters import lowered
from strongroom.lib.outgoing import Http, Reply, Slots, next_page

REQUEST_S = 30.0
PUSH_S = 75.0
"""How long somebody may take to look at their phone.  A request of this server may take 90 s."""
MOST_PAGES = 50
_PER_PAGE = 200

Show = Callable[[int], Awaitable[None]]
"""Shows the number that has to be chosen on the phone."""


class Credentials(msgspec.Struct, frozen=True):
    """What somebody has typed."""

    username: str
    password: str
    totp: str = ""
    provider: str = ""

    def __repr__(self) -> str:
        return "Credentials(…)"


class Api:
    """Organizations at Okta, each with a limited number of requests at the same time.

    Args:
        http: sends the requests. pause_s: between two questions whether the phone has answered, in seconds.
        clock: seconds, of a clock that never goes back.
    """

    def __init__(
        self, http: Http | None = None, *, pause_s: float = 1.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._http = http or Http(OKTA)
        self._slots = Slots(OKTA)
        self._pause_s = pause_s
        self._clock = clock

    @property
    def waiting(self) -> tuple[int, int]:
        """How many ask or wait now, and how many were refused so far."""
        return self._slots.taken, self._slots.refused

    async def log_in(self, config: Config, credentials: Credentials, show: Show) -> Person:
        """Who it is, with their groups, once password and second factor are right.

        Raises: `InvalidCredentials`, `PermissionDenied`, `InvalidRequest`, `UpstreamFailed`, `RateLimited`.
        """
        typed = {"username": credentials.username, "password": credentials.password}
        state = await self._authenticate(config, "", typed)
        person = logic.person_of(state) if logic.is_done(state, bypass=config.bypass_okta_mfa) else None
        if person is None:
            proved = await self._prove(config, state, credentials, show)
            person = logic.person_of(proved)
            if person.id != logic.person_of(state).id:
                raise UpstreamFailed(f"{OKTA} gave no usable answer", detail="the factor was another user's")
            state = proved
        warnings = ("Your Okta password is about to expire.",) if state.status == "PASSWORD_WARN" else ()
        groups = await self._groups(config, person.id) if config.api_token else None
        return msgspec.structs.replace(person, groups=groups, warnings=warnings)

    async def present(self, config: Config, user_id: str) -> Person:
        """The same user as they are now.  Raises `PermissionDenied` if they may not log in any more."""
        reply = await self._ask(config, "GET", f"/api/v1/users/{user_id}", token=config.api_token)
        if reply.status == 404:
            raise PermissionDenied("the user is gone")
        user = logic.mapping(self._answered(reply))
        if user.get("id") != user_id or user.get("status") not in ("ACTIVE", "PASSWORD_EXPIRED"):
            raise PermissionDenied("the user may not log in any more")
        login = logic.mapping(user.get("profile")).get("login")
        login = lowered(login) if isinstance(login, str) else ""
        return Person(user_id, login, await self._groups(config, user_id))

    async def _prove(self, config: Config, state: State, credentials: Credentials, show: Show) -> State:
        factor = logic.factor_of(state, code=bool(credentials.totp), provider=credentials.provider)
        path, body = f"/factors/{factor}/verify", {"stateToken": state.state_token}
        if credentials.totp:
            state = await self._authenticate(config, path, {**body, "passCode": credentials.totp})
        else:
            state = await self._push(config, path, body, show)
        if state.status not in {"SUCCESS", "PASSWORD_WARN"}:
            raise PermissionDenied("the second factor was denied")
        return state

    async def _push(self, config: Config, path: str, body: dict[str, str], show: Show) -> State:
        until, shown = self._clock() + PUSH_S, False
        while True:
            state = await self._authenticate(config, path, body)
            if state.status != "MFA_CHALLENGE":
                return state
            if state.result != "WAITING":
                reasons = {"REJECTED": "was refused on the phone", "TIMEOUT": "was not answered in time"}
                raise PermissionDenied(f"the second factor {reasons.get(state.result, 'was denied')}")
            answer = logic.correct_answer(state)
            if answer is not None and not shown:
                await show(answer)
                shown = True
            if self._clock() >= until:
                raise PermissionDenied("the second factor was not answered in time")
            await asyncio.sleep(self._pause_s)

    async def _authenticate(self, config: Config, path: str, body: Mapping[str, str]) -> State:
        reply = await self._ask(config, "POST", f"/api/v1/authn{path}", body)
        if reply.status == 429:
            raise UpstreamFailed(f"{OKTA} takes no more requests for now")
        return logic.state_of(reply.status, self._http.decoded(reply))

    async def _groups(self, config: Config, user_id: str) -> tuple[str, ...]:
        items: list[Any] = []
        following: str | None = f"{logic.origin(config)}/api/v1/users/{user_id}/groups?limit={_PER_PAGE}"
        for _ in range(MOST_PAGES):
            if following is None:
                return logic.groups_of(items)
            reply = await self._ask(config, "GET", following, token=config.api_token)
            page = self._answered(reply)
            if not isinstance(page, list):
                raise UpstreamFailed(f"{OKTA} gave no usable answer", detail="not a list")
            items += page
            following = next_page(reply, following, OKTA)
        raise UpstreamFailed(f"{OKTA} gave no usable answer", detail=f"more than {MOST_PAGES} pages")

    async def _ask(
        self, config: Config, verb: str, where: str, body: Mapping[str, str] | None = None, token: str = ""
    ) -> Reply:
        """Ask for a path, or for the whole address of a next page, which is on the same host."""
        base = logic.origin(config)
        headers = {"accept": "application/json", "content-type": "application/json", "user-agent": "strongroom"}
        if token:
            headers["authorization"] = f"SSWS {token}"
        content = None if body is None else json.dumps_unsorted(dict(body))
        async with self._slots.place(base, total_s=REQUEST_S):
            url = base + where if where.startswith("/") else where
            return await self._http.ask(verb, url, headers=headers, content=content)

    def _answered(self, reply: Reply) -> Any:
        if reply.status in {401, 403}:
            raise UpstreamFailed(f"{OKTA} refused this server's api_token", detail=f"status {reply.status}")
        if reply.status != 200:
            raise UpstreamFailed(f"{OKTA} refused the request", detail=f"status {reply.status}")
        return self._http.decoded(reply)

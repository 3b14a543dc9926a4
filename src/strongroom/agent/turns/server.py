"""Asks the server for turns."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, Protocol

from strongroom.agent.denials import may_be_unknown_token
from strongroom.agent.session.login import Login, Session
from strongroom.agent.turns.answers import (
    Held,
    TokenRefused,
    held_of,
    renewed_s,
)
from strongroom.agent.turns.pauses import LONGEST_ANSWER_S, answer_within_s
from strongroom.agent.turns.place import Place
from strongroom.agent.upstream import reason_of
from strongroom.client.client import NOTHING
from strongroom.client.errors import ClientError, Denied, Missing, Unreachable
from strongroom.lib.clock import Clock

_ENGINE = "turns"


class TurnsMissing(Exception):
    """The server gives no turns at the path of the configuration.  The text is for the operator."""


class Upstream(Protocol):
    """Sends requests to the server."""

    async def ask(self, method: str, path: str, *, token: str = "", body: Any = NOTHING) -> Any:
        """The decoded answer; None when it was empty.  Raises `ClientError`."""


class TurnServer:
    """The turns of one group, as the agent takes them.

    Args:
        holder: what the server shows to others.

    Attributes:
        place: where the group is.
    """

    def __init__(self, upstream: Upstream, session: Session, place: Place, holder: str, clock: Clock) -> None:
        self._upstream = upstream
        self._session = session
        self.place = place
        self._holder = holder
        self._clock = clock
        self._last = 0
        self._lasting = 0

    async def check(self) -> None:
        """See that the server has the engine.

        Nothing is written: at this path of another server there may be an engine that would store it.

        Raises: `TurnsMissing`, or `ClientError` if it can't be told.
        """
        place = self.place
        path = f"sys/internal/ui/mounts/{place.mount}"
        wanted = f'turns need a mount of the engine "{_ENGINE}", which Strongroom has'
        try:
            answer = await self._as(await self._login(), "GET", path)
        except (Denied, Missing) as error:
            raise TurnsMissing(
                f'the server has no mount "{place.mount}/", or the policies of the agent allow nothing below it '
                f"({reason_of(error)}): {wanted}, and to write to {place.take} and {place.give}"
            ) from error
        type_ = ((answer or {}).get("data") or {}).get("type")
        if type_ != _ENGINE:
            raise TurnsMissing(f'the mount "{place.mount}/" of the server is of type "{type_}": {wanted}')

    async def take(self, lasting_s: float) -> Held:
        """A turn, or the one that this instance has already.

        Args:
            lasting_s: how long the token should last, with which the turn ends.

        Raises: `ClientError` if there is none.
        """
        login = await self._login()
        asked_at = self._clock.monotonic()
        if login.last_end_at < asked_at + lasting_s and login.number != self._lasting:
            login = await self._session.lasting(lasting_s)
            # It may end sooner, if the server allows no more.  Whoever asks with another token each time would lose his
            # place in the line.
            self._last = self._lasting = login.number
            asked_at = self._clock.monotonic()
        answer = await self._as(login, "POST", self.place.take, {"holder": self._holder})
        return held_of(answer, login.number, asked_at)

    async def renew(self, held: Held) -> Held:
        """The turn with a new end.  Raises `ClientError`."""
        login = await self._login()
        asked_at = self._clock.monotonic()
        limit_s = answer_within_s(held.ends_at - asked_at)
        answer = await self._as(login, "PUT", "sys/leases/renew", {"lease_id": held.lease_id}, limit_s)
        return replace(held, ends_at=asked_at + renewed_s(answer))

    async def give(self, held: Held) -> None:
        """Give a turn back.  Raises `ClientError`."""
        await self._as(await self._login(), "POST", self.place.give, {"turn": held.turn})

    def outlives_login(self, held: Held) -> bool:
        """Whether the token that took a turn isn't the agent's any more: the turn may have ended with it."""
        current = self._session.current
        return current is None or current.number != held.login

    async def _login(self) -> Login:
        login = self._session.current or await self._session.after(self._last)
        self._last = login.number
        return login

    async def _as(
        self, login: Login, method: str, path: str, body: Any = NOTHING, limit_s: float = LONGEST_ANSWER_S
    ) -> Any:
        """The answer to a request with a login's token.  The session is told if the server doesn't know it any more."""
        try:
            async with asyncio.timeout(limit_s):
                return await self._upstream.ask(method, path, token=login.token, body=body)
        except TimeoutError as error:
            raise Unreachable(method, path, f"no answer within {limit_s:.3g} s") from error
        except Denied as error:
            # An engine may deny something in the same words, so only the token's own look-up tells.
            if may_be_unknown_token(error) and await self._is_unknown(login):
                self._session.refused(login)
                raise TokenRefused("the server doesn't know the agent's token any more") from error
            raise

    async def _is_unknown(self, login: Login) -> bool:
        try:
            await self._upstream.ask("GET", "auth/token/lookup-self", token=login.token)
        except Denied:
            return True
        except ClientError:
            return False  # the server didn't say; whoever uses the token next asks again
        return False

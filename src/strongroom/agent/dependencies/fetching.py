"""Gets the answer of a dependency, and how long it holds."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from strongroom.agent.dependencies.asking import Asking, NoAnswer
from strongroom.agent.dependencies.certificate import Pems, completed, issued, kept_in
from strongroom.agent.dependencies.dependency import Dependency, Kind
from strongroom.agent.dependencies.moment import Moment
from strongroom.agent.dependencies.secret import Secret
from strongroom.agent.dependencies.standing import Standing
from strongroom.agent.dependencies.terms import TOKEN, Expiring, Leased, Static, Terms, terms_of
from strongroom.agent.files.reading import FileUnreadable, read_file
from strongroom.lib.clock import Clock


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer.

    Attributes:
        value: as templates see it.
        terms: how long it holds.
        warnings: what the server says besides.
    """

    value: Any = field(repr=False)
    terms: Terms
    warnings: tuple[str, ...] = ()


class Fetching:
    """Gets answers from the server, and certificates from the files that hold them."""

    def __init__(self, asking: Asking, clock: Clock) -> None:
        self._asking = asking
        self._standing = Standing(asking)
        self._clock = clock

    async def fetch(self, dependency: Dependency, token: str) -> Fetched:
        """Ask for a dependency.

        Raises:
            NoAnswer: nothing is there, or nothing of use.
            ClientError: as `Client.request` does.
        """
        if dependency.kind is Kind.LIST:
            return Fetched(await self._asking.names(dependency, token), Static())
        if dependency.kind is Kind.CERTIFICATE:
            return await self._issue(dependency, token)
        secret = await self._asking.secret(dependency, token)
        if secret is None:
            return Fetched(None, Static())
        return Fetched(secret, terms_of(secret, self._moment()), tuple(secret.warnings))

    async def renew(self, lease: Leased, value: Any, token: str) -> Leased:
        """Renew the lease of an answer.  Raises as `Client.request` does."""
        if lease.lease_id == TOKEN and isinstance(value, Secret) and value.auth is not None:
            renewal = (await self._asking.renew_token(value.auth.client_token)).auth
            duration_s, renewable = (renewal.lease_duration, renewal.renewable) if renewal else (0, False)
        else:
            answer = await self._asking.renew(lease.lease_id, token)
            duration_s, renewable = answer.lease_duration, answer.renewable
        return lease.renewed(duration_s, renewable=renewable, now=self._clock.monotonic())

    async def fault(self, dependency: Dependency, value: Any, token: str) -> str:
        """Why a certificate isn't good any more; empty if it is.  Raises as `Client.request` does."""
        return await self._standing.fault(dependency, value, token) if isinstance(value, Pems) else ""

    def checked(self, value: Any, terms: Terms) -> Terms:
        """How long a certificate holds, now that the server has told what time it is.

        One from a file was looked at before that.
        """
        return _lifetime(value, self._moment()) if isinstance(value, Pems) and isinstance(terms, Expiring) else terms

    async def left_s(self, token: str) -> float | None:
        """How long a token is still good, as `Asking.left_s` has it.  Raises as `Client.request` does."""
        return await self._asking.left_s(token)

    async def kept(self, dependency: Dependency) -> Fetched | None:
        """The certificate that a file of an earlier rendering holds; None if there is none that is still good."""
        moment = self._moment()

        def look() -> Pems | None:
            return kept_in(_text_of(dependency.place), dependency, moment.clock)

        pems = await asyncio.to_thread(look)
        return None if pems is None else Fetched(pems, _lifetime(pems, moment))

    async def completed(self, pems: Pems, paths: Sequence[str]) -> Fetched | None:
        """A certificate that was kept, with what its file lacks from other files; None if they haven't all of that."""

        def look() -> Pems:
            return completed(pems, filter(None, map(_text_of, paths)))

        whole = await asyncio.to_thread(look)
        return Fetched(whole, _lifetime(whole, self._moment())) if whole.own_key and whole.own_ca else None

    async def _issue(self, dependency: Dependency, token: str) -> Fetched:
        secret = await self._asking.issued(dependency, token)
        pems = await asyncio.to_thread(issued, secret.data)
        if pems is None:
            raise NoAnswer(f"the answer of {dependency.path} holds no certificate in PEM")
        terms = terms_of(secret, moment := self._moment())
        if not isinstance(terms, Leased):
            terms = _lifetime(pems, moment)
        return Fetched(pems, terms, tuple(secret.warnings))

    def _moment(self) -> Moment:
        return Moment.now(self._clock)


def _lifetime(pems: Pems, moment: Moment) -> Expiring:
    """The time of a certificate by the monotonic clock."""
    return Expiring(moment.at + pems.begins_at - moment.clock, moment.at + pems.ends_at - moment.clock)


def _text_of(path: str) -> str:
    """The text of a file of an earlier rendering; empty if there is none that can be read."""
    try:
        return read_file(path, follows_link=False)
    except FileUnreadable:
        return ""

"""Asks a broker's management API.

Source: https://rawcdn.githack.com/rabbitmq/rabbitmq-server/v3.10.8/deps/rabbitmq_management/priv/www/api/index.html
"""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from strongroom.engines.rabbitmq import answers
from strongroom.engines.rabbitmq.answers import NAME
from strongroom.engines.rabbitmq.plans import Plan
from strongroom.engines.rabbitmq.records import Connection
from strongroom.lib import json
from strongroom.lib.errors import StrongroomError, Unreachable, UpstreamFailed
from strongroom.lib.outgoing import Breakers, Http, Reply, Slots

TOTAL_S = 30.0
"""For all requests that make or revoke one user."""
_REASON = "revoked"
_FOUND, _GONE = frozenset({200}), frozenset({404})
_DONE = frozenset({200, 201, 204})


class Management:
    """The brokers of all mounts of the process, each with a limited number of requests at the same time.

    Args:
        http: sends the requests.
    """

    def __init__(self, http: Http | None = None) -> None:
        self._http = http or Http(NAME, total_s=TOTAL_S)
        self._slots = Slots(NAME)
        self.breakers = Breakers(NAME)

    async def check(self, connection: Connection) -> None:
        """Raise `UpstreamFailed` unless the broker lets the user of the connection in, as an administrator."""
        self.breakers.forget(connection.way)
        async with self._slots.place(connection.uri, total_s=TOTAL_S):
            reply = await self._ask(connection, "GET", "whoami", allowed=_FOUND)
            answers.check_administrator(self._http.decoded(reply), connection.username)

    async def make(self, connection: Connection, plan: Plan) -> None:
        """Make the user of a plan, with all of its permissions, or none.

        Raises: `UpstreamFailed` if there is such a user already, or a permission is refused.
        """
        async with self._slots.place(connection.uri, total_s=TOTAL_S):
            user = f"users/{_segment(plan.name)}"
            if (await self._ask(connection, "GET", user, allowed=_FOUND | _GONE)).status in _FOUND:
                raise UpstreamFailed(
                    f'{NAME} has a user "{plan.name}" already; a username_template has to give each user another name'
                )
            try:
                await self._ask(connection, "PUT", user, plan.user, allowed=_DONE)
                for what, path, body in plan.permissions:
                    await self._ask(connection, "PUT", path, body, allowed=_DONE, what=what)
            except Unreachable:
                raise  # the plan is undone later, again and again until that works
            except UpstreamFailed:
                await self._undone(connection, plan)
                raise

    async def revoke(self, connection: Connection, plan: Plan) -> bool:
        """Delete the user of a plan, and close what it has opened.

        A user of that name with another password, on a plan that was never carried out, is somebody else's: two plans
        may have had the same name.

        Returns: whether there was one.
        """
        async with self._slots.place(connection.uri, total_s=TOTAL_S):
            return await self._revoke(connection, plan)

    async def set_password(self, connection: Connection, password: str) -> None:
        """Change the password of the connection's own user, and prove that the new one is known."""
        async with self._slots.place(connection.uri, total_s=TOTAL_S):
            user = f"users/{_segment(connection.username)}"
            known = self._http.decoded(await self._ask(connection, "GET", user, allowed=_FOUND))
            tags = answers.tags_of(known)
            body = {"password": password, "tags": tags}
            await self._ask(connection, "PUT", user, body, allowed=_DONE, what="the change of the password")
            if not await self._lets_in(connection, password):
                raise UpstreamFailed(f"{NAME} does not let the mount's user in by its new password")

    async def lets_in(self, connection: Connection, password: str) -> bool:
        """Whether the broker lets the connection's user in by a password.  Raises `UpstreamFailed` if it can't tell."""
        async with self._slots.place(connection.uri, total_s=TOTAL_S):
            return await self._lets_in(connection, password)

    async def _undone(self, connection: Connection, plan: Plan) -> None:
        with contextlib.suppress(StrongroomError):  # the plan says what is to be undone, and is undone later
            await self._revoke(connection, plan)

    async def _revoke(self, connection: Connection, plan: Plan) -> bool:
        user = f"users/{_segment(plan.name)}"
        found = await self._ask(connection, "GET", user, allowed=_FOUND | _GONE)
        there = found.status in _FOUND
        if there and not plan.owns(self._http.decoded(found), connection.uri):
            return False
        if there:
            await self._ask(connection, "DELETE", user, allowed=_DONE | _GONE)
        if there or plan.uri == connection.uri:
            # The broker closes them itself, unless it is older or was stopped just then.
            opened = f"connections/username/{_segment(plan.name)}"
            await self._ask(connection, "DELETE", opened, allowed=_DONE | _GONE | {405})
        return there

    async def _ask(
        self,
        connection: Connection,
        verb: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        allowed: frozenset[int],
        what: str = "",
    ) -> Reply:
        """One request, with each password that the broker may know.  Raises `UpstreamFailed`."""
        for password in connection.passwords:
            reply = await self._sent(connection, password, verb, path, body)
            if reply.status != 401 or answers.is_known(reply.body):
                break
        if reply.status not in allowed:
            raise answers.refusal(reply.status, reply.body, connection, what or f"{verb} {path.partition('/')[0]}")
        return reply

    async def _lets_in(self, connection: Connection, password: str) -> bool:
        reply = await self._sent(connection, password, "GET", "whoami", None)
        if reply.status not in _FOUND | {401}:
            raise answers.refusal(reply.status, reply.body, connection, "GET whoami")
        if reply.status not in _FOUND:
            return answers.is_known(reply.body)
        # Something else that answers 200 to everything proves nothing.
        said = self._http.decoded(reply)
        return isinstance(said, dict) and said.get("name") == connection.username

    async def _sent(
        self, connection: Connection, password: str, verb: str, path: str, body: Mapping[str, Any] | None
    ) -> Reply:
        pair = f"{connection.username}:{password}".encode()
        headers = {"authorization": f"Basic {base64.b64encode(pair).decode()}", "accept": "application/json"}
        if body is not None:
            headers["content-type"] = "application/json"
        if verb == "DELETE":
            headers["x-reason"] = _REASON
        content = None if body is None else json.dumps_unsorted(dict(body))
        url = f"{connection.uri.rstrip('/')}/api/{path}"
        with self.breakers.call(connection.way):
            return await self._http.ask(verb, url, headers=headers, content=content, ca_pem=connection.ca_cert)


def _segment(name: str) -> str:
    return quote(name, safe="")

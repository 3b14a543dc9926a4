"""Asks the server for dependencies, and for leases to be renewed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from strongroom.agent.denials import may_be_unknown_token
from strongroom.agent.dependencies.dependency import Dependency, Kind
from strongroom.agent.dependencies.secret import Secret, secret_of
from strongroom.agent.dependencies.versioned import Mount, list_path, mount_of, read_path
from strongroom.agent.upstream import Upstream
from strongroom.client.client import NOTHING
from strongroom.client.errors import Denied, Missing, ResponseError
from strongroom.template.values import Number


class NoAnswer(Exception):
    """The server has nothing there, or nothing that a template could use.  The text says which."""


class Asking:
    """Asks one server."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._mounts: list[Mount] = []

    async def secret(self, dependency: Dependency, token: str) -> Secret | None:
        """The answer to a read or a write; None to a write that has none.

        Raises:
            NoAnswer: nothing is there to be read.
            ClientError: as `Client.request` does.
        """
        mount = await self.mount(dependency.path, token)
        path = read_path(dependency.path, mount) if mount else dependency.path
        if dependency.kind is Kind.READ:
            try:
                answer = await self._upstream.ask("GET", path, token=token, query=dependency.query)
            except Missing:
                answer = None
            if answer is None:
                if mount is not None and mount in self._mounts:
                    self._mounts.remove(mount)  # It may have become another one.
                raise NoAnswer(f"no secret exists at {path}")
            return secret_of(answer)
        body: Mapping[str, Any] = dict(dependency.arguments)
        if mount is not None and mount.versioned and f"{path}/".startswith(f"{mount.path}data/"):
            body = {"data": body}
        answer = await self._upstream.ask("PUT", path, token=token, body=body)
        return None if answer is None else secret_of(answer)

    async def issued(self, dependency: Dependency, token: str) -> Secret:
        """The answer to a request for a certificate.  Raises as `secret` does."""
        answer = await self._upstream.ask("PUT", dependency.path, token=token, body=dict(dependency.arguments))
        if answer is None:
            raise NoAnswer(f"no certificate was issued at {dependency.path}")
        return secret_of(answer)

    async def names(self, dependency: Dependency, token: str) -> list[str]:
        """The names under a path, sorted; none if nothing is there.  Raises as `secret` does."""
        mount = await self.mount(dependency.path, token)
        path = list_path(dependency.path, mount) if mount else dependency.path
        try:
            answer = await self._upstream.ask("GET", path, token=token, query=[("list", "true")])
        except Missing:
            return []
        keys = secret_of(answer or {}).data.get("keys")
        if not isinstance(keys, list):
            return []
        if not all(isinstance(each, str) for each in keys):
            raise NoAnswer(f"the names under {path} are no texts")
        return sorted(keys)

    async def ask(self, path: str, token: str) -> Secret:
        """The answer to a read of a path as it is.  Raises as `Client.request` does."""
        return secret_of(await self._upstream.ask("GET", path, token=token) or {})

    async def renew(self, lease_id: str, token: str) -> Secret:
        """Have a lease renewed.  Raises as `Client.request` does."""
        return secret_of(await self._upstream.ask("PUT", "sys/leases/renew", token=token, body={"lease_id": lease_id}))

    async def renew_token(self, token: str) -> Secret:
        """Have a token renewed that was an answer itself.  Raises as `Client.request` does."""
        return secret_of(await self._upstream.ask("PUT", "auth/token/renew-self", token=token, body=NOTHING))

    async def left_s(self, token: str) -> float | None:
        """How long a token is still good; infinite if that isn't known, and None if the server doesn't know the token.

        Raises: `ClientError` if it doesn't say.
        """
        try:
            answer = await self._upstream.ask("GET", "auth/token/lookup-self", token=token)
        except Denied as error:
            return None if may_be_unknown_token(error) else math.inf
        ttl = secret_of(answer or {}).data.get("ttl")
        return float(ttl) if isinstance(ttl, Number) and ttl != "0" else math.inf

    async def mount(self, path: str, token: str) -> Mount | None:
        """The mount of a path; None if the server doesn't tell.  Raises as `Client.request` does."""
        known = next((each for each in self._mounts if each.holds(path)), None)
        if known is not None:
            return known
        try:
            answer = await self._upstream.ask("GET", f"sys/internal/ui/mounts/{path}", token=token)
        except ResponseError as error:
            if may_be_unknown_token(error) or error.status >= 500:
                raise
            return None
        mount = mount_of(secret_of(answer or {}).data, self._upstream.settings.namespace)
        if mount is not None and mount.holds(path):
            self._mounts.append(mount)
        return mount

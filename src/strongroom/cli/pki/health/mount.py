"""The mount under examination: each of its paths is asked for once, whatever number of checks look at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from strongroom.cli.pki.health.advice import command
from strongroom.cli.pki.health.finding import Finding, Status
from strongroom.cli.render import SecretAnswer
from strongroom.client.client import Client
from strongroom.client.errors import Denied, Missing, ResponseError

if TYPE_CHECKING:
    from strongroom.crypto.certificates import Certificate

State = Literal["ok", "denied", "missing"]


class NothingToCheck(Exception):
    """The mount can't be checked; the text says why."""


class Outdated(Exception):
    """The server doesn't have the path that a check asks for."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, or why there is none."""

    endpoint: str
    state: State
    data: Mapping[str, Any]


class Mount:
    """A mount of the engine pki.

    Args:
        client: asks the server.
        path: without slashes at its ends.
    """

    def __init__(self, client: Client, path: str) -> None:
        self._client = client
        self._replies: dict[tuple[str, bool], Reply] = {}
        self.path = path

    @property
    def client(self) -> Client:
        """Who asks."""
        return self._client

    def endpoint(self, below: str) -> str:
        """How findings name a path of the mount."""
        return f"/{self.path}/{below}"

    @property
    def tune_endpoint(self) -> str:
        """How findings name the mount's settings."""
        return f"/sys/mounts/{self.path}/tune"

    def read(self, below: str) -> Reply:
        """What GET answers.  Raises `Outdated`, `ClientError`."""
        return self._reply(self.endpoint(below), listing=False)

    def names(self, below: str) -> Reply:
        """What LIST answers.  Raises `Outdated`, `ClientError`."""
        return self._reply(self.endpoint(below), listing=True)

    def tune(self) -> Reply:
        """The mount's settings.  Raises `Outdated`, `ClientError`."""
        return self._reply(self.tune_endpoint, listing=False)

    def _reply(self, endpoint: str, *, listing: bool) -> Reply:
        known = self._replies.get((endpoint, listing))
        if known is None:
            known = self._replies[endpoint, listing] = self._asked(endpoint, [("list", "true")] if listing else [])
        return known

    def _asked(self, endpoint: str, query: list[tuple[str, str]]) -> Reply:
        try:
            answer = self._client.request("GET", endpoint.removeprefix("/"), query=query)
        except Denied:
            return Reply(endpoint, "denied", {})
        except ResponseError as error:
            # The API has no other sign of a path that it doesn't have.
            if any("unsupported path" in text for text in error.errors or ()):
                raise Outdated from error
            if isinstance(error, Missing):
                return Reply(endpoint, "missing", {})
            raise
        return Reply(endpoint, "ok", SecretAnswer(answer.json()).data or {})

    def sends(self, below: str, header: str) -> bool:
        """Whether the answer to GET has a header: some servers send it without a setting of the mount."""
        try:
            return header.lower() in self._client.request("GET", f"{self.path}/{below}").headers
        except ResponseError:
            return False

    def issuers(self) -> list[str]:
        """The ids of the issuers; none if they may not be listed.  Raises `NothingToCheck` where there are none."""
        reply = self.names("issuers")
        if reply.state == "missing":
            root = (f"{self.path}/root/generate/internal", "common_name=NAME")
            raise NothingToCheck(f"{self.path} has no issuer yet. One is made by {command('write', *root)}")
        return list(reply.data.get("keys", ()))

    def certificate(self, reply: Reply, what: str) -> Certificate:
        """The certificate that an answer holds.  Raises `NothingToCheck` if it can't be read.

        Args:
            what: names it in that case.
        """
        from strongroom.crypto.certificates import certificates_of_pem  # noqa: PLC0415 - slow import
        from strongroom.lib.errors import InvalidRequest  # noqa: PLC0415

        try:
            return certificates_of_pem(str(reply.data.get("certificate", "")))[0]
        except InvalidRequest as error:
            raise NothingToCheck(f"the certificate of {what} {error.text}") from error

    @cached_property
    def issuer_certificates(self) -> dict[str, Certificate]:
        """The certificates of the issuers that can be read, by their ids."""
        found = {}
        for issuer in self.issuers():
            reply = self.read(f"issuer/{issuer}/json")
            if reply.state == "ok":
                found[issuer] = self.certificate(reply, f"issuer {issuer}")
        return found

    @cached_property
    def roots(self) -> dict[str, Certificate]:
        """Those of them that signed themselves."""
        from strongroom.crypto.issued import is_root  # noqa: PLC0415 - slow import

        return {issuer: each for issuer, each in self.issuer_certificates.items() if is_root(each)}

    def refused(self, reply: Reply, capability: Literal["read", "list"] = "read") -> Finding:
        """The finding that a path may not be read.

        Args:
            reply: what said so. capability: what a policy has to have for it.
        """
        path = reply.endpoint.removeprefix("/")
        if self._client.settings.token:
            rule = f'path "{path}" {{ capabilities = ["{capability}"] }}'
            text = f"The token may not {capability} {path}. A policy that lets it: {rule}"
        else:
            text = f"Nobody may {capability} {path} without a token, and none was sent. Log in: {command('login')}"
        return Finding(Status.INSUFFICIENT_PERMISSIONS, reply.endpoint, text)

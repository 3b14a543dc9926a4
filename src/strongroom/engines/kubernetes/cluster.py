"""Asks a cluster's API server.

Source: https://kubernetes.io/docs/reference/kubernetes-api/
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from typing import Any

import msgspec

from strongroom.crypto.mac import sha256
from strongroom.engines.kubernetes import answers
from strongroom.engines.kubernetes.answers import NAME, Token
from strongroom.engines.kubernetes.plans import Plan, Thing, api_version
from strongroom.engines.kubernetes.records import ClusterConfig
from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest, StrongroomError, Unreachable, UpstreamFailed
from strongroom.lib.kubernetes import LocalFiles, base_url, is_own_cluster, own_cluster_host
from strongroom.lib.outgoing import Breakers, Http, Reply, Slots

TOTAL_S = 30.0
"""For all requests that make or delete the objects of one lease."""
NO_HOST = "kubernetes_host was unset and could not be determined from environment variables"
NO_TOKEN = "no service_account_jwt is configured, and the server isn't in a pod that has one"  # noqa: S105 - a text
_MADE, _FOUND = frozenset({200, 201}), frozenset({200})
_DELETED = frozenset({200, 202, 404})


class Api(msgspec.Struct, frozen=True):
    """How a cluster is reached now."""

    base: str
    jwt: str
    ca_pem: str

    @property
    def way(self) -> str:
        """Whose failures count together.

        A mount that trusts other authorities doesn't reach the same server, and would else shut it for all mounts.
        """
        return f"{self.base} {sha256(self.ca_pem.encode()).hex()}"

    def __repr__(self) -> str:
        return "Api(…)"


class Cluster:
    """The clusters of all mounts of the process, each with a limited number of requests at the same time.

    Args:
        files: those of the pod. environment: that of the process. http: sends the requests.
    """

    def __init__(
        self,
        files: LocalFiles | None = None,
        environment: Mapping[str, str] | None = None,
        http: Http | None = None,
    ) -> None:
        self.files = files or LocalFiles()
        self.environment = os.environ if environment is None else environment
        self._http = http or Http(NAME, total_s=TOTAL_S)
        self._slots = Slots(NAME)
        self.breakers = Breakers(NAME)

    def host(self, config: ClusterConfig) -> str:
        """The API server's address.  Raises `InvalidRequest` if there is none."""
        host = config.host or own_cluster_host(self.environment)
        if not host:
            raise InvalidRequest(NO_HOST)
        return base_url(host)

    async def token(self, config: ClusterConfig) -> str:
        """The token to ask with; empty if there is none.

        Raises: `InvalidRequest` where that would show the pod's token to another host than the pod's own cluster.
        """
        if config.jwt or config.disable_local_ca_jwt:
            return config.jwt
        own = await self.files.token()
        if own and config.host and not is_own_cluster(config.host, config.ca_cert, await self.files.ca_cert()):
            # Who may configure a mount need not be who may act as the server's pod.
            raise InvalidRequest(
                "the pod's token is shown to the pod's own cluster alone, by HTTPS and by the authorities of the pod: "
                "give service_account_jwt, or set disable_local_ca_jwt"
            )
        return own

    async def api(self, config: ClusterConfig) -> Api:
        """How the cluster is reached.  Raises `UpstreamFailed` if something that is needed isn't configured."""
        try:
            host, jwt = self.host(config), await self.token(config)
        except InvalidRequest as error:
            raise UpstreamFailed(error.text) from error
        if not jwt:
            raise UpstreamFailed(NO_TOKEN)
        local = "" if config.ca_cert or config.disable_local_ca_jwt else await self.files.ca_cert()
        return Api(host, jwt, config.ca_cert or local)

    async def check(self, config: ClusterConfig) -> None:
        """Raise `UpstreamFailed` unless the API server knows the token."""
        api = await self.api(config)
        self.breakers.forget(api.way)
        async with self._slots.place(api.base, total_s=TOTAL_S):
            attributes = {"verb": "create", "resource": "serviceaccounts", "subresource": "token"}
            body = {
                "apiVersion": "authorization.k8s.io/v1",
                "kind": "SelfSubjectAccessReview",
                "spec": {"resourceAttributes": attributes},
            }
            path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
            await self._ask(api, "POST", path, body, allowed=_MADE, what="the review of its own rights")

    async def labels(self, config: ClusterConfig, namespace: str) -> dict[str, str] | None:
        """The labels of a namespace; None if there is none of that name."""
        api = await self.api(config)
        async with self._slots.place(api.base, total_s=TOTAL_S):
            reply = await self._ask(
                api,
                "GET",
                f"/api/v1/namespaces/{namespace}",
                allowed=_FOUND | {404},
                what=f'to read the namespace "{namespace}"',
            )
            return answers.labels_of(self._http.decoded(reply)) if reply.status in _FOUND else None

    async def make(self, config: ClusterConfig, plan: Plan) -> Token:
        """Make the objects of a plan, and the token, or nothing.  Raises `UpstreamFailed`."""
        api = await self.api(config)
        async with self._slots.place(api.base, total_s=TOTAL_S):
            made: list[Thing] = []
            owner: dict[str, str] | None = None
            try:
                for thing in plan.things:
                    what = f"the {thing.kind} {plan.namespace}/{plan.account}"
                    body = plan.body(thing, owner)
                    reply = await self._ask(api, "POST", thing.path, body, allowed=_MADE, what=what)
                    made.append(thing)
                    owner = owner or _owner(thing, plan.account, answers.uid_of(self._http.decoded(reply)))
                what = f"a token of the service account {plan.namespace}/{plan.account}"
                reply = await self._ask(api, "POST", plan.token_path, plan.token_request, allowed=_MADE, what=what)
                return answers.token_of(self._http.decoded(reply))
            except Unreachable:
                raise  # the plan is undone later, again and again until that works
            except UpstreamFailed:
                with contextlib.suppress(StrongroomError):
                    await self._delete(api, plan, made)
                raise

    async def delete(self, config: ClusterConfig, plan: Plan) -> bool:
        """Delete the objects of a plan.

        Returns: whether there was one.

        Raises: `UpstreamFailed` if one of them may still be there; the others are gone then.
        """
        api = await self.api(config)
        async with self._slots.place(api.base, total_s=TOTAL_S):
            return await self._delete(api, plan, list(plan.things))

    async def _delete(self, api: Api, plan: Plan, things: list[Thing]) -> bool:
        found, failed = False, None
        for thing in things:
            try:
                what = f"to delete the {thing.kind} {plan.namespace}/{plan.account}"
                reply = await self._ask(api, "DELETE", plan.item(thing), allowed=_DELETED, what=what)
                found = found or reply.status != 404
            except Unreachable:
                raise
            except UpstreamFailed as error:
                failed = error
        if failed is not None:
            raise failed
        return found

    async def _ask(
        self,
        api: Api,
        verb: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        allowed: frozenset[int],
        what: str,
    ) -> Reply:
        headers = {"authorization": f"Bearer {api.jwt}", "accept": "application/json"}
        if body is not None:
            headers["content-type"] = "application/json"
        content = None if body is None else json.dumps_unsorted(dict(body))
        with self.breakers.call(api.way):
            reply = await self._http.ask(verb, api.base + path, headers=headers, content=content, ca_pem=api.ca_pem)
        if reply.status not in allowed:
            raise answers.refusal(reply.status, reply.body, api.jwt, what)
        return reply


def _owner(thing: Thing, name: str, uid: str) -> dict[str, str]:
    return {"apiVersion": api_version(thing), "kind": thing.kind, "name": name, "uid": uid}

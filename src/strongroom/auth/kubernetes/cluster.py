"""Asks a cluster's API server: whose a token is, which labels a namespace has.

Source: https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-review-v1/
"""

from __future__ import annotations

from typing import Any

import msgspec

from strongroom.auth.kubernetes import answers
from strongroom.auth.kubernetes.logic import ServiceAccount
from strongroom.auth.kubernetes.records import Config
from strongroom.lib import json
from strongroom.lib.errors import InvalidRequest, PermissionDenied, UpstreamFailed
from strongroom.lib.kubernetes import LocalFiles, base_url, is_own_cluster
from strongroom.lib.outgoing import Http, Slots

TOTAL_S = 30.0
"""For all questions of one login."""


class Question(msgspec.Struct, frozen=True):
    """What a login needs to know of the cluster."""

    jwt: str
    account: ServiceAccount
    """As the token names it."""
    audiences: tuple[str, ...]
    labels: bool
    annotations: bool

    def __repr__(self) -> str:
        return "Question(…)"


class Known(msgspec.Struct, frozen=True):
    """What the cluster vouches for, of exactly the account that the token names."""

    labels: dict[str, str] = {}
    """Of its namespace, if they were asked for."""
    metadata: dict[str, str] = {}
    """From its annotations, if they were asked for."""


class Cluster:
    """Clusters, each with a limited number of requests at the same time.

    Args:
        files: those of the pod.
    """

    def __init__(self, files: LocalFiles | None = None) -> None:
        self.files = files or LocalFiles()
        self._http = Http(answers.KUBERNETES)
        self._slots = Slots(answers.KUBERNETES)

    @property
    def waiting(self) -> tuple[int, int]:
        """How many ask or wait now, and how many were refused so far."""
        return self._slots.taken, self._slots.refused

    async def ask(self, config: Config, question: Question) -> Known:
        """Have the token reviewed, then read what else is needed.

        Nothing is asked in the name of an account before the cluster has vouched for it: the names in a token's claims
        are a stranger's text until then.

        Raises: `PermissionDenied` if the cluster doesn't vouch for the account; `UpstreamFailed`; `RateLimited`.
        """
        async with self._slots.place(base_url(config.host), total_s=TOTAL_S):
            api = await self._api(config)
            await self._review(api, question)
            account, labels, metadata = question.account, dict[str, str](), dict[str, str]()
            if question.labels:
                labels = answers.labels(await self._get(api, f"/api/v1/namespaces/{account.namespace}"))
            if question.annotations:
                path = f"/api/v1/namespaces/{account.namespace}/serviceaccounts/{account.name}"
                metadata = answers.alias_metadata(await self._get(api, path), account.uid)
            return Known(labels, metadata)

    async def _review(self, api: _Api, question: Question) -> None:
        body = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenReview",
            "spec": {"token": question.jwt, "audiences": list(question.audiences)},
        }
        answer = await self._request(
            api, "POST", "/apis/authentication.k8s.io/v1/tokenreviews", json.dumps_unsorted(body), question.jwt
        )
        found, named = answers.reviewed(answer, question.audiences), question.account
        if (found.namespace, found.name, found.uid) != (named.namespace, named.name, named.uid):
            raise PermissionDenied("permission denied", detail="the cluster names another account than the token")

    async def _get(self, api: _Api, path: str) -> Any:
        if not api.reviewer:
            text = "namespace labels and annotations are read with a token_reviewer_jwt, which is not configured"
            raise PermissionDenied(text)
        return await self._request(api, "GET", path, None, "")

    async def _request(self, api: _Api, verb: str, path: str, content: bytes | None, jwt: str) -> Any:
        headers = {
            "authorization": f"Bearer {api.reviewer or jwt}",
            "accept": "application/json",
            "content-type": "application/json",
        }
        reply = await self._http.ask(verb, api.base + path, headers=headers, content=content, ca_pem=api.ca_pem)
        answers.check_status(reply.status, own_bearer=bool(api.reviewer), what=f"{verb} {path}")
        return self._http.decoded(reply)

    async def reviewer(self, config: Config) -> str:
        """The token to review with; empty if the one that logs in has to do.

        Raises: `InvalidRequest` where that would show the pod's token to another host than the pod's own cluster.
        """
        if config.reviewer_jwt or config.disable_local_ca_jwt:
            return config.reviewer_jwt
        own = await self.files.token()
        if own and not is_own_cluster(config.host, config.ca_cert, await self.files.ca_cert()):
            # Who may configure a mount, in a namespace for example, need not be who may act as the server's pod.
            raise InvalidRequest(
                "the pod's token is shown to the pod's own cluster alone, by HTTPS and by the authorities of the pod: "
                "give token_reviewer_jwt, or set disable_local_ca_jwt to have each token that logs in review itself"
            )
        return own

    async def _api(self, config: Config) -> _Api:
        ca_pem = config.ca_cert
        try:
            reviewer = await self.reviewer(config)
        except InvalidRequest as error:
            raise UpstreamFailed(error.text) from error
        if not config.disable_local_ca_jwt:
            ca_pem = ca_pem or await self.files.ca_cert()
            if not ca_pem:  # the system's authorities are only trusted if the configuration says so
                detail = f"no ca.crt in {self.files.folder}, and no kubernetes_ca_cert"
                raise UpstreamFailed("no certificate authority of the cluster is known", detail=detail)
        return _Api(base_url(config.host), reviewer, ca_pem)


class _Api(msgspec.Struct, frozen=True):
    """How a cluster is reached now."""

    base: str
    reviewer: str
    """This server's token; empty if the one that logs in has to do."""
    ca_pem: str

    def __repr__(self) -> str:
        return "_Api(…)"

"""The parts of Kubernetes' API that logins and secrets engines need, as its documentation describes them.

Source: https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-review-v1/
"""

from __future__ import annotations

import json
import math
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.sim.kubernetes.objects import Objects, Refused, body_of, failure, token_request
from tests.sim.tls_server import Asked, Reply, as_json

ISSUER = "https://kubernetes.default.svc.cluster.local"
REVIEWER = "reviewer-canary-token"


_ACCOUNT = r"/api/v1/namespaces/([^/]+)/serviceaccounts/([^/]+)"


def new_key() -> rsa.RSAPrivateKey:
    """A key that signs the tokens of service accounts."""
    return rsa.generate_private_key(65537, 2048)


def public_pem(key: rsa.RSAPrivateKey) -> str:
    """Its public half."""
    return (
        key.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode()
    )


@dataclass
class Account:
    """A service account."""

    namespace: str
    name: str
    uid: str = field(default_factory=lambda: str(uuid.uuid4()))
    annotations: dict[str, str] = field(default_factory=dict)


@dataclass
class Cluster:
    """One cluster."""

    audience: str = ISSUER
    reviewers: set[str] = field(default_factory=lambda: {REVIEWER})
    """Bearer tokens that may review and read."""
    namespaces: dict[str, dict[str, str]] = field(default_factory=dict)
    """The labels of each."""
    accounts: dict[tuple[str, str], Account] = field(default_factory=dict)
    knows_audiences: bool = True
    reviews_by_client: bool = True
    """Whether service accounts may review tokens, their own among them."""
    key: rsa.RSAPrivateKey = field(default_factory=new_key)
    override: Reply | None = None
    """Answered to everything instead."""
    status: dict[str, Any] = field(default_factory=dict)
    """Put over the status of a review."""
    now: Callable[[], float] = time.time
    objects: Objects = field(init=False)
    """What the engine makes."""
    longest_s: int = 1 << 32
    """The longest life of a token, whatever is asked for."""

    def __post_init__(self) -> None:
        self.objects = Objects(self.namespaces)

    def add(self, namespace: str, name: str, **labels: str) -> Account:
        """A new service account, and its namespace."""
        self.namespaces.setdefault(namespace, {}).update(labels)
        account = self.accounts[namespace, name] = Account(namespace, name)
        return account

    def token(self, account: Account, *, audience: Any = None, key: Any = None, **claims: Any) -> str:
        """A bound token, as clusters make since 1.21."""
        now = int(self.now())
        content = {
            "aud": [self.audience] if audience is None else audience,
            "exp": now + 3600,
            "iat": now,
            "nbf": now,
            "iss": ISSUER,
            "sub": f"system:serviceaccount:{account.namespace}:{account.name}",
            "kubernetes.io": {
                "namespace": account.namespace,
                "pod": {"name": f"{account.name}-0", "uid": str(uuid.uuid4())},
                "serviceaccount": {"name": account.name, "uid": account.uid},
            },
            **claims,
        }
        return jwt.encode({k: v for k, v in content.items() if v is not None}, key or self.key, "RS256")

    def old_token(self, account: Account, **claims: Any) -> str:
        """A token of a secret, as clusters made before."""
        old = "kubernetes.io/serviceaccount/"
        content = {
            "iss": "kubernetes/serviceaccount",
            "sub": f"system:serviceaccount:{account.namespace}:{account.name}",
            f"{old}namespace": account.namespace,
            f"{old}secret.name": f"{account.name}-token-x1",
            f"{old}service-account.name": account.name,
            f"{old}service-account.uid": account.uid,
            **claims,
        }
        return jwt.encode({k: v for k, v in content.items() if v is not None}, self.key, "RS256")

    def __call__(self, asked: Asked) -> Reply:
        """Answer one request."""
        if self.override is not None:
            return self.override
        bearer = asked.headers.get("authorization", "").removeprefix("Bearer ")
        known = bearer in self.reviewers
        if not known and not self._user(bearer, [])[0]:
            return _failure(401, "Unauthorized")
        if (asked.verb, asked.path) == ("POST", "/apis/authentication.k8s.io/v1/tokenreviews"):
            return (
                self._review(json.loads(asked.body)) if known or self.reviews_by_client else _failure(403, "Forbidden")
            )
        if not known:
            return _failure(403, "Forbidden")
        if asked.verb == "GET" and (found := re.fullmatch(r"/api/v1/namespaces/([^/]+)", asked.path)):
            if found[1] not in self.namespaces:
                return _failure(404, "NotFound")
            return as_json(
                {
                    "kind": "Namespace",
                    "apiVersion": "v1",
                    "metadata": {"name": found[1], "labels": self.namespaces[found[1]]},
                }
            )
        if (asked.verb, asked.path) == ("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"):
            review = json.loads(asked.body)
            return as_json({**review, "status": {"allowed": True}}, 201)
        if asked.verb == "POST" and (found := re.fullmatch(rf"{_ACCOUNT}/token", asked.path)):
            return self._new_token(asked, found[1], found[2])
        if (asked.verb, bool(found := re.fullmatch(_ACCOUNT, asked.path))) == ("GET", True) and found is not None:
            account = self.accounts.get((found[1], found[2]))
            if account is None:
                return _failure(404, "NotFound")
            metadata = {"name": account.name, "uid": account.uid, "annotations": account.annotations}
            return as_json({"kind": "ServiceAccount", "metadata": metadata})
        return self.objects.answer(asked) or _failure(404, "NotFound")

    def _new_token(self, asked: Asked, namespace: str, name: str) -> Reply:
        if "POST serviceaccounts/token" in self.objects.forbidden:
            return _failure(403, "Forbidden")
        made = self.objects.found.get(("serviceaccounts", namespace, name))
        account = self.accounts.get((namespace, name))
        if made is not None:
            account = Account(namespace, name, made["metadata"]["uid"])
        try:
            body = body_of(asked)
            audiences, seconds = token_request(body)
            if account is None:
                raise Refused(404, "NotFound", f'serviceaccounts "{name}" not found')
        except Refused as refused:
            return failure(refused)
        ends = int(self.now()) + min(seconds, self.longest_s)
        token = self.token(account, audience=audiences or None, exp=ends)
        status = {"token": token, "expirationTimestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(ends))}
        return as_json({**body, "status": status}, 201)

    def _review(self, review: dict[str, Any]) -> Reply:
        spec = review["spec"]
        user, audiences = self._user(spec.get("token", ""), spec.get("audiences") or [])
        status: dict[str, Any] = {"authenticated": bool(user)}
        if user:
            status["user"] = user
            if self.knows_audiences:
                status["audiences"] = audiences
        else:
            status["error"] = "[invalid bearer token, token lookup failed]"
        status.update(self.status)
        answer = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": spec, "status": status}
        return as_json(answer, 201)

    def _user(self, token: str, wanted: list[str]) -> tuple[dict[str, Any], list[str]]:
        try:
            unchecked = dict.fromkeys(("verify_aud", "verify_exp", "verify_nbf", "verify_iat"), False)
            claims = jwt.decode(token, self.key.public_key(), ["RS256"], options=unchecked)
        except jwt.PyJWTError:
            return {}, []
        if not claims.get("nbf", 0) <= self.now() < claims.get("exp", math.inf):
            return {}, []
        parts = claims["sub"].split(":")
        account = self.accounts.get((parts[2], parts[3]))
        bound = claims.get("kubernetes.io", {}).get("serviceaccount", {})
        uid = bound.get("uid") or claims.get("kubernetes.io/serviceaccount/service-account.uid")
        if account is None or account.uid != uid:
            return {}, []
        listed = claims.get("aud", [self.audience])
        listed = [listed] if isinstance(listed, str) else listed
        audiences = [each for each in (wanted or [self.audience]) if each in listed]
        if not audiences:
            return {}, []
        return {"username": claims["sub"], "uid": account.uid, "groups": ["system:serviceaccounts"]}, audiences


def _failure(code: int, reason: str) -> Reply:
    body = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "reason": reason, "code": code}
    return as_json({**body, "message": reason}, code)

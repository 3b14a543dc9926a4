"""The objects of a cluster that a secrets engine makes and deletes, as the API's documentation describes them.

What the real API would refuse is refused, and remembered: nobody may ask so.

Source: https://kubernetes.io/docs/reference/kubernetes-api/, https://kubernetes.io/docs/reference/using-api/api-concepts/
"""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass, field
from typing import Any

from tests.sim.kubernetes import protobuf
from tests.sim.tls_server import Asked, Reply, as_json

RBAC = "rbac.authorization.k8s.io"
_NAME = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_LABEL = r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_KINDS = {
    "serviceaccounts": ("ServiceAccount", "v1", {"secrets", "imagePullSecrets", "automountServiceAccountToken"}),
    "roles": ("Role", f"{RBAC}/v1", {"rules"}),
    "clusterroles": ("ClusterRole", f"{RBAC}/v1", {"rules", "aggregationRule"}),
    "rolebindings": ("RoleBinding", f"{RBAC}/v1", {"subjects", "roleRef"}),
    "clusterrolebindings": ("ClusterRoleBinding", f"{RBAC}/v1", {"subjects", "roleRef"}),
}
_METADATA = {"name", "namespace", "labels", "annotations", "ownerReferences", "creationTimestamp"}
"""What a client may say of a new object, and nothing that the server sets, such as a `resourceVersion`."""
_LISTS = {"verbs", "apiGroups", "resources", "resourceNames", "nonResourceURLs"}
_PATH = re.compile(
    rf"/(?:api/v1|apis/{re.escape(RBAC)}/v1)(?:/namespaces/(?P<namespace>[^/]+))?/(?P<plural>[a-z]+)"
    r"(?:/(?P<name>[^/]+))?(?P<token>/token)?"
)


class Refused(Exception):
    """The API would refuse the request."""

    def __init__(self, code: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.code, self.reason, self.message = code, reason, message


@dataclass
class Objects:
    """Service accounts, roles and bindings."""

    namespaces: dict[str, dict[str, str]]
    """The labels of each."""
    found: dict[tuple[str, str, str], dict[str, Any]] = field(default_factory=dict)
    """By plural, namespace (empty for what belongs to the cluster) and name."""
    wrong: list[str] = field(default_factory=list)
    """Requests that no client of the API should make."""
    forbidden: set[str] = field(default_factory=set)
    """Verb and plural, such as `POST serviceaccounts`, that the client has no right to."""
    collects: bool = True
    """Whether what an object owns goes with it, as by the garbage collector."""

    def answer(self, asked: Asked) -> Reply | None:
        """Answer a request; None for a path of something else."""
        place = _PATH.fullmatch(asked.path)
        if place is None or place["plural"] not in _KINDS or place["token"]:
            return None
        try:
            return self._answered(asked, place["plural"], place["namespace"] or "", place["name"] or "")
        except Refused as refused:
            return failure(refused)

    def names(self) -> set[str]:
        """What there is: `roles/web/v-token-…`."""
        return {"/".join(part for part in key if part) for key in self.found}

    def _answered(self, asked: Asked, plural: str, namespace: str, name: str) -> Reply:
        if f"{asked.verb} {plural}" in self.forbidden:
            raise Refused(403, "Forbidden", f'{plural} is forbidden: User cannot {asked.verb.lower()} "{plural}"')
        if bool(namespace) is plural.startswith("cluster") or (
            asked.path.startswith("/apis") is (plural == "serviceaccounts")
        ):
            raise Refused(404, "NotFound", "the server could not find the requested resource")
        match asked.verb, bool(name):
            case "POST", False:
                return self._made(asked, plural, namespace)
            case "GET", True:
                return as_json(self._one(plural, namespace, name))
            case "DELETE", True:
                return self._deleted(asked, plural, namespace, name)
        self.wrong.append(f"{asked.verb} {asked.path}")
        raise Refused(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")

    def _one(self, plural: str, namespace: str, name: str) -> dict[str, Any]:
        if (plural, namespace, name) not in self.found:
            raise Refused(404, "NotFound", f'{plural} "{name}" not found')
        return self.found[plural, namespace, name]

    def _made(self, asked: Asked, plural: str, namespace: str) -> Reply:
        body = body_of(asked)
        try:
            self._check(plural, namespace, body)
        except Refused as refused:
            self.wrong.append(f"{asked.verb} {asked.path}: {refused.message}")
            raise
        if namespace and namespace not in self.namespaces:
            raise Refused(404, "NotFound", f'namespaces "{namespace}" not found')
        name = body["metadata"]["name"]
        if (plural, namespace, name) in self.found:
            raise Refused(409, "AlreadyExists", f'{plural} "{name}" already exists')
        metadata = {**body["metadata"], "uid": str(uuid.uuid4()), "resourceVersion": str(len(self.found) + 1)}
        kind, version, _ = _KINDS[plural]
        made = {**body, "kind": kind, "apiVersion": version, "metadata": metadata}
        self.found[plural, namespace, name] = made
        return as_json(made, 201)

    def _deleted(self, asked: Asked, plural: str, namespace: str, name: str) -> Reply:
        there = self._one(plural, namespace, name)
        json_ = asked.headers.get("content-type", "").startswith("application/json")
        demands = (body_of(asked) if asked.body and json_ else {}).get("preconditions") or {}
        if any(there["metadata"].get(key) != value for key, value in demands.items()):
            raise Refused(409, "Conflict", "the preconditions don't hold")
        del self.found[plural, namespace, name]
        uid = there["metadata"]["uid"]
        if self.collects:
            owned = [
                k for k, v in self.found.items() if uid in {o["uid"] for o in v["metadata"].get("ownerReferences", [])}
            ]
            for key in owned:
                del self.found[key]
        return as_json(
            {"kind": "Status", "apiVersion": "v1", "status": "Success", "details": {"name": name, "uid": uid}}
        )

    def _check(self, plural: str, namespace: str, body: dict[str, Any]) -> None:
        kind, version, fields = _KINDS[plural]
        _demand(
            body.get("kind", kind) == kind and body.get("apiVersion", version) == version, "another kind than the path"
        )
        _demand(body.keys() <= {"kind", "apiVersion", "metadata", *fields}, f"unknown fields: {sorted(body)}")
        metadata = body.get("metadata") or {}
        _demand(metadata.keys() <= _METADATA, f"fields of metadata that the server sets: {sorted(metadata)}")
        name = metadata.get("name", "")
        _demand(len(name) <= 253 and re.fullmatch(_NAME, name) is not None, f"metadata.name: {name!r}")
        _demand(metadata.get("namespace", namespace) == namespace, "another namespace than the path")
        _check_labels(metadata)
        self._check_owners(metadata.get("ownerReferences") or [], namespace)
        if "rules" in fields:
            for rule in body.get("rules") or []:
                _check_rule(rule, plural)
        if "roleRef" in fields:
            _check_binding(body, plural)

    def _check_owners(self, owners: list[dict[str, Any]], namespace: str) -> None:
        known = {value["metadata"]["uid"]: key for key, value in self.found.items()}
        for owner in owners:
            _demand(all(owner.get(each) for each in ("apiVersion", "kind", "name", "uid")), "an owner that isn't whole")
            _demand(owner["uid"] in known, "an owner that isn't there")
            plural, where, name = known[owner["uid"]]
            _demand(
                _KINDS[plural][:2] == (owner["kind"], owner["apiVersion"]) and name == owner["name"], "another owner"
            )
            _demand(where in {"", namespace}, "an owner in another namespace")


def failure(refused: Refused) -> Reply:
    """The API's answer to what it refuses."""
    body = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure"}
    return as_json({**body, "message": refused.message, "reason": refused.reason, "code": refused.code}, refused.code)


def token_request(body: dict[str, Any]) -> tuple[list[str], int]:
    """The audiences and the life of a token that is wanted.  Raises `Refused`."""
    _demand(body.get("kind", "TokenRequest") == "TokenRequest", "no TokenRequest")
    spec = body.get("spec") or {}
    seconds = spec.get("expirationSeconds", 3600)
    if seconds < 600:
        raise Refused(422, "Invalid", "spec.expirationSeconds: may not specify a duration less than 10 minutes")
    if seconds > 1 << 32:
        raise Refused(422, "Invalid", "spec.expirationSeconds: may not specify a duration larger than 2^32 seconds")
    return list(spec.get("audiences") or []), seconds


def body_of(asked: Asked) -> dict[str, Any]:
    """The object of a request.  Raises `Refused`."""
    type_ = asked.headers.get("content-type", "").partition(";")[0]
    if type_ not in {"application/json", protobuf.TYPE}:
        raise Refused(415, "UnsupportedMediaType", "the body of the request was in an unknown format")
    body = json.loads(asked.body) if type_ == "application/json" else protobuf.decoded(asked.body)
    _demand(isinstance(body, dict), "no object")
    return dict(body)


def _demand(holds: bool, message: str) -> None:
    if not holds:
        raise Refused(422, "Invalid", message)


def _check_labels(metadata: dict[str, Any]) -> None:
    for field_, value_counts in (("labels", True), ("annotations", False)):
        for key, value in (metadata.get(field_) or {}).items():
            domain, slash, name = key.rpartition("/")
            _demand(not slash or re.fullmatch(_NAME, domain) is not None, f"metadata.{field_}: {key!r}")
            _demand(len(name) <= 63 and re.fullmatch(_LABEL, name) is not None, f"metadata.{field_}: {key!r}")
            if value_counts:
                _demand(
                    len(value) <= 63 and re.fullmatch(f"({_LABEL})?", value) is not None, f"metadata.labels: {value!r}"
                )


def _check_rule(rule: dict[str, Any], plural: str) -> None:
    _demand(rule.keys() <= _LISTS, f"unknown fields of a rule: {sorted(rule)}")
    _demand(bool(rule.get("verbs")), "verbs must contain at least one value")
    if rule.get("nonResourceURLs"):
        _demand(plural == "clusterroles", "namespaced rules cannot apply to non-resource URLs")
        _demand(not rule.get("resources"), "rules cannot apply to both regular resources and non-resource URLs")
        return
    _demand(bool(rule.get("apiGroups")), "resource rules must supply at least one api group")
    _demand(bool(rule.get("resources")), "resource rules must supply at least one resource")


def _check_binding(body: dict[str, Any], plural: str) -> None:
    ref = body.get("roleRef") or {}
    kinds = {"ClusterRole"} if plural == "clusterrolebindings" else {"Role", "ClusterRole"}
    _demand(ref.get("apiGroup", RBAC) in {"", RBAC}, "roleRef.apiGroup")
    _demand(ref.get("kind") in kinds, f"roleRef.kind: {ref.get('kind')!r}")
    _demand(bool(ref.get("name")) and not set("/%") & set(ref["name"]), "roleRef.name")
    for subject in body.get("subjects") or []:
        _demand(subject.get("kind") in {"ServiceAccount", "User", "Group"}, "subjects.kind")
        if subject["kind"] == "ServiceAccount":
            _demand(bool(subject.get("namespace")), "subjects.namespace")
            _demand(re.fullmatch(_NAME, subject.get("name", "")) is not None, f"subjects.name: {subject.get('name')!r}")

"""What is going to be made for one lease (p): in which order, and by which requests.

What is made first owns the rest, as Kubernetes' garbage collector understands it: if it is deleted, so is the rest.

Source: https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec

from strongroom.engines.kubernetes.records import CLUSTER_ROLE, Role
from strongroom.engines.kubernetes.rules import rules_of

RBAC = "rbac.authorization.k8s.io"
_RBAC_PATH = f"/apis/{RBAC}/v1"
LABELS = {"app.kubernetes.io/managed-by": "strongroom", "app.kubernetes.io/created-by": "strongroom"}


class Thing(msgspec.Struct, frozen=True):
    """An object that is made and deleted."""

    kind: str
    path: str
    """Of its collection."""


class Plan(msgspec.Struct, frozen=True, omit_defaults=True):
    """The token of one lease, and the objects that are made for it, as the lease keeps it."""

    host: str
    """Of the cluster, as the configuration has it."""
    namespace: str
    account: str
    ttl_s: int
    audiences: tuple[str, ...] = ()
    things: tuple[Thing, ...] = ()
    """In the order in which they are made; all have the name of the account."""
    role_kind: str = ""
    """Of what is bound."""
    role_name: str = ""
    rules: str = ""
    annotations: dict[str, str] = {}
    labels: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"Plan({self.namespace}/{self.account})"

    @property
    def token_path(self) -> str:
        """Where the token is asked for."""
        return f"/api/v1/namespaces/{self.namespace}/serviceaccounts/{self.account}/token"

    @property
    def token_request(self) -> dict[str, Any]:
        """Its body."""
        spec = {"audiences": list(self.audiences), "expirationSeconds": self.ttl_s}
        return {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}

    def body(self, thing: Thing, owner: dict[str, str] | None) -> dict[str, Any]:
        """The body that makes an object.

        Args:
            owner: the reference to the first of them, for all others.
        """
        metadata: dict[str, Any] = {"name": self.account, "labels": {**self.labels, **LABELS}}
        if self.annotations:
            metadata["annotations"] = self.annotations
        if not thing.kind.startswith("Cluster"):
            metadata["namespace"] = self.namespace
        if owner is not None:
            metadata["ownerReferences"] = [owner]
        body: dict[str, Any] = {"apiVersion": api_version(thing), "kind": thing.kind, "metadata": metadata}
        if thing.kind.endswith("Binding"):
            body["subjects"] = [{"kind": "ServiceAccount", "name": self.account, "namespace": self.namespace}]
            body["roleRef"] = {"apiGroup": RBAC, "kind": self.role_kind, "name": self.role_name}
        elif thing.kind.endswith("Role"):
            body["rules"] = rules_of(self.rules, thing.kind)
        return body

    def item(self, thing: Thing) -> str:
        """The path of an object."""
        return f"{thing.path}/{quote(self.account, safe='')}"


def api_version(thing: Thing) -> str:
    """The API version of an object."""
    return "v1" if thing.kind == "ServiceAccount" else f"{RBAC}/v1"


def plan_of(
    role: Role, *, host: str, namespace: str, name: str, ttl_s: int, audiences: tuple[str, ...], cluster_wide: bool
) -> Plan:
    """The plan of a token by a role.

    Args:
        name: of all that is made. cluster_wide: whether what is bound is bound for all namespaces.
    """
    plan = Plan(
        host=host, namespace=namespace, account=role.service_account_name or name, ttl_s=ttl_s, audiences=audiences
    )
    if role.service_account_name:
        return plan
    inside = f"{_RBAC_PATH}/namespaces/{namespace}"
    things = []
    if role.generated_role_rules:
        wide = role.kubernetes_role_type == CLUSTER_ROLE
        path = f"{_RBAC_PATH}/clusterroles" if wide else f"{inside}/roles"
        things.append(Thing(role.kubernetes_role_type, path))
    if cluster_wide:
        things.append(Thing("ClusterRoleBinding", f"{_RBAC_PATH}/clusterrolebindings"))
    else:
        things.append(Thing("RoleBinding", f"{inside}/rolebindings"))
    things.append(Thing("ServiceAccount", f"/api/v1/namespaces/{namespace}/serviceaccounts"))
    return msgspec.structs.replace(
        plan,
        things=tuple(things),
        role_kind=role.kubernetes_role_type,
        role_name=role.kubernetes_role_name or name,
        rules=role.generated_role_rules,
        annotations=role.extra_annotations or {},
        labels=role.extra_labels or {},
    )

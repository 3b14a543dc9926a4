"""`creds`: tokens, and what is made for them.

Source: https://developer.hashicorp.com/vault/api-docs/secret/kubernetes#generate-credentials
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import msgspec

from strongroom.crypto.mac import sha256
from strongroom.engines.kubernetes import selectors, syntax
from strongroom.engines.kubernetes.cluster import Cluster
from strongroom.engines.kubernetes.names import new_name
from strongroom.engines.kubernetes.plans import Plan, plan_of
from strongroom.engines.kubernetes.records import (
    CLUSTER_ROLE,
    CONFIG,
    ROLES,
    ClusterConfig,
    Role,
    configurations,
    former_key,
)
from strongroom.engines.kubernetes.times import difference, ttl_of
from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest, UpstreamFailed
from strongroom.sdk import (
    Body,
    CommaList,
    Doc,
    Duration,
    Lease,
    Made,
    Request,
    Response,
    SystemRandom,
    check_segment_name,
    path,
)

NOT_CONFIGURED = "could not load backend configuration: the mount has none yet, write its config"


class CredsFields(Body, frozen=True):
    """For what a token is wanted."""

    kubernetes_namespace: Annotated[
        str, Doc(description="The namespace. May be left out, if the role allows one only.")
    ] = ""
    cluster_role_binding: Annotated[bool, Doc(description="Bind the ClusterRole in all namespaces instead of one.")] = (
        False
    )
    ttl: Annotated[Duration, Doc(description="How long the token lives.")] = Duration(0)
    audiences: Annotated[CommaList, Doc(description="The audiences of the token.")] = CommaList([])


class CredsPaths:
    """`creds`"""

    cluster: Cluster

    @path.write("creds/{name:lower}")
    async def generate(self, request: Request, name: str, body: CredsFields) -> Response:
        """Makes a token of a service account, and what the role says beside it."""
        check_segment_name(name)
        role = await request.view.read(ROLES + name, Role)
        if role is None:
            raise InvalidRequest(f"role '{name}' does not exist")
        namespace = _namespace(role, body)
        if body.cluster_role_binding and role.kubernetes_role_type != CLUSTER_ROLE:
            raise InvalidRequest("a ClusterRoleBinding cannot ref a Role")
        limits.check_names("audiences", body.audiences)
        config = await request.view.read(CONFIG, ClusterConfig)
        if config is None:
            raise InvalidRequest(NOT_CONFIGURED)
        if config.host:
            self.cluster.breakers.check(self.cluster.host(config))
        await self._check_namespace(request, config, role, namespace)
        mount = request.mount
        ttl_s, told = ttl_of(role, body.ttl, mount.default_lease_ttl_s, mount.max_lease_ttl_s)
        plan = plan_of(
            role,
            host=config.host,
            namespace=namespace,
            name=_new_name(request, role, name),
            ttl_s=ttl_s,
            audiences=tuple(item for item in body.audiences if item) or role.token_default_audiences or (),
            cluster_wide=body.cluster_role_binding,
        )
        if plan.things and not config.used:
            request.view.write(CONFIG, msgspec.structs.replace(config, used=True))
        data = {"service_account_namespace": namespace, "service_account_name": plan.account}
        lease = Lease(
            ttl_s=ttl_s,
            max_ttl_s=role.token_max_ttl,
            renewable=False,  # no token of Kubernetes can be given a longer life
            internal=msgspec.to_builtins(plan),
            planned=True,
            group=f"role/{name}",
            account=f"{namespace}/{plan.account}",
            target=former_key(config.host),
        )
        return Response(data=data, lease=lease, warnings=told)

    async def _check_namespace(self, request: Request, config: ClusterConfig, role: Role, namespace: str) -> None:
        """Raise `InvalidRequest` for a namespace that the role allows neither by its name nor by its labels."""
        if {"*", namespace} & set(role.allowed_kubernetes_namespaces or ()):
            return
        demands = selectors.requirements(role.allowed_kubernetes_namespace_selector)
        labels: dict[str, str] | None = None
        if demands:
            name = f"kubernetes: labels of {namespace} {_digest(config)}"
            labels = request.once.outside(name, partial(self.cluster.labels, config, namespace))
        if labels is None or not selectors.matches(demands, labels):
            raise InvalidRequest(_not_allowed(namespace))

    async def make(self, request: Request, lease: dict[str, Any]) -> Made:
        """Make the objects and the token.  Raises `UpstreamFailed`; what was made is gone then, or will be."""
        plan = msgspec.convert(lease, Plan)
        config = await request.view.read(CONFIG, ClusterConfig)
        if config is None or config.host != plan.host:
            raise UpstreamFailed("the configuration has just been changed, ask again")
        work = partial(self.cluster.make, config, plan)
        token = request.once.outside(f"kubernetes: make {_digest(config)}", work)
        return Made(
            data={"service_account_token": token.text},
            ttl_s=token.ttl_s,
            warnings=tuple(difference(token.ttl_s, plan.ttl_s)),
        )

    async def revoke(self, request: Request, lease: dict[str, Any]) -> None:
        """Delete the objects.  They are sought at the present cluster, and where they were made.

        A token of a service account that exists by itself can't be revoked; it ends by itself.

        Raises: `UpstreamFailed` if it can't be told that they are gone.
        """
        plan = msgspec.convert(lease, Plan)
        if not plan.things:
            return
        known = await configurations(request.view, plan.host)
        if not known:
            raise UpstreamFailed(NOT_CONFIGURED)
        name = "kubernetes: delete " + " ".join(map(_digest, known))
        request.once.outside(name, partial(_delete, self.cluster, known, plan))


async def _delete(cluster: Cluster, known: list[ClusterConfig], plan: Plan) -> None:
    failed: UpstreamFailed | None = None
    for config in known:
        try:
            # What is there has a name that was made for it alone, so it is the same cluster by another address.
            if await cluster.delete(config, plan) or config.host == plan.host:
                return
        except UpstreamFailed as error:
            failed = error
    raise failed or UpstreamFailed(f"the objects were made at {plan.host}, which the mount no longer knows")


def _namespace(role: Role, body: CredsFields) -> str:
    """The namespace that is wanted.  Raises `InvalidRequest`."""
    allowed = role.allowed_kubernetes_namespaces or ()
    if body.kubernetes_namespace:
        if not syntax.is_namespace(body.kubernetes_namespace):
            raise InvalidRequest(_not_allowed(body.kubernetes_namespace[:128]))
        return body.kubernetes_namespace
    if len(allowed) == 1 and allowed[0] != "*" and not role.allowed_kubernetes_namespace_selector:
        return allowed[0]
    raise InvalidRequest("'kubernetes_namespace' is required unless the role has a single namespace specified")


def _not_allowed(namespace: str) -> str:
    return (
        f"kubernetes_namespace '{namespace}' is not present in role's allowed_kubernetes_namespaces or does not match "
        "role's label selector allowed_kubernetes_namespace_selector"
    )


def _new_name(request: Request, role: Role, role_name: str) -> str:
    if role.service_account_name:
        return ""
    display_name = request.client.display_name if request.client is not None else ""
    template = role.name_template

    def name() -> str:
        return new_name(template, display_name, role_name, SystemRandom().bytes, request.now)

    return request.once(f"name by {template!r}", name)


def _digest(config: ClusterConfig) -> str:
    return sha256(msgspec.msgpack.encode(config)).hex()

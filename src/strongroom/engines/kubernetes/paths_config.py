"""`config` and `check`: the cluster of the mount.

Source: https://developer.hashicorp.com/vault/api-docs/secret/kubernetes#write-configuration
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

import msgspec

from strongroom.crypto import service_account_tokens
from strongroom.crypto.mac import sha256
from strongroom.engines.kubernetes.cluster import NO_HOST, NO_TOKEN, Cluster
from strongroom.engines.kubernetes.records import CONFIG, FORMER, ClusterConfig, former_key
from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.lib.kubernetes import base_url, own_cluster_host
from strongroom.lib.kubernetes.addresses import HOST, PORT
from strongroom.lib.outgoing import check_ca, check_url
from strongroom.sdk import SECRET, Body, Doc, Request, Response, path

MOST_FORMER = 16
_HOST_BYTES = 2048


class ConfigFields(Body, frozen=True):
    """How the cluster is asked; what isn't given stays."""

    kubernetes_host: Annotated[
        str | None, Doc(description="The API server: a URL, a host, or a host with its port. Default: the pod's own.")
    ] = None
    kubernetes_ca_cert: Annotated[
        str | None,
        Doc(description="Its certificate authorities in PEM. Default: those of the pod, or else of the system."),
    ] = None
    service_account_jwt: Annotated[
        str | None,
        Doc(description="The token of the service account that manages others. Default: the pod's.", extra=SECRET),
    ] = None
    disable_local_ca_jwt: Annotated[bool | None, Doc(description="Don't use the pod's token and authorities.")] = None


class ConfigPaths:
    """`config` and `check`"""

    cluster: Cluster

    @path.read("config")
    async def read_config(self, request: Request) -> Response:
        """Reads the configuration, without the token."""
        config = await request.view.read(CONFIG, ClusterConfig)
        if config is None:
            raise NotFound
        data: dict[str, Any] = {
            "kubernetes_host": config.host,
            "kubernetes_ca_cert": config.ca_cert,
            "disable_local_ca_jwt": config.disable_local_ca_jwt,
            "service_account_jwt_set": bool(config.jwt),
        }
        if (at := service_account_tokens.expires_at(config.jwt)) is not None:
            data["service_account_jwt_expires_at"] = at
        return Response(data=data)

    @path.write("config")
    async def write_config(self, request: Request, body: ConfigFields) -> Response | None:
        """Configures the cluster. Objects are deleted where they were made, also when this changes."""
        before = await request.view.read(CONFIG, ClusterConfig)
        if body.kubernetes_host is None and not own_cluster_host(self.cluster.environment):
            raise InvalidRequest(NO_HOST)
        config = _merged(before or ClusterConfig(), body)
        if not config.host and not own_cluster_host(self.cluster.environment):
            raise InvalidRequest(NO_HOST)
        jwt = await request.once.wait("kubernetes: token", partial(self.cluster.token, config))
        used = await _keep_former(request, before, config.host)
        request.view.write(CONFIG, msgspec.structs.replace(config, used=used))
        told = [] if jwt else [NO_TOKEN]
        if ends := service_account_tokens.ends(config.jwt):
            told.append(f"service_account_jwt {ends}; nothing can be made or deleted after its end")
        return Response(warnings=told) if told else None

    @path.delete("config")
    async def delete_config(self, request: Request) -> None:
        """Deletes the configuration. It is kept for the deletion of what was made by it."""
        before = await request.view.read(CONFIG, ClusterConfig)
        if before is not None:
            await _keep_former(request, before, None)
        request.view.delete(CONFIG)

    @path.read("check")
    async def check(self, request: Request) -> Response:
        """Checks that the cluster can be asked: that its address is known, and that it knows the token."""
        config = await request.view.read(CONFIG, ClusterConfig) or ClusterConfig()
        if not config.host:
            missing = [name for name in (HOST, PORT) if not self.cluster.environment.get(name)]
            if missing:
                raise InvalidRequest(f"Missing environment variables: {', '.join(missing)}")
        if config != ClusterConfig():
            name = f"kubernetes: check {sha256(msgspec.msgpack.encode(config)).hex()}"
            request.once.outside(name, partial(self.cluster.check, config))
        return Response(status=204)


async def _keep_former(request: Request, before: ClusterConfig | None, host: str | None) -> bool:
    """Keep the configuration by which objects have been made, for their deletion.

    Args:
        host: the next one; None for none.

    Returns: whether objects have been made at `host`.

    Raises: `InvalidRequest` if the mount has had too many clusters.
    """
    if before is not None and before.host == host:
        return before.used
    if before is not None and before.used:
        if len(await request.view.list(FORMER)) >= MOST_FORMER:
            text = f"this mount has had {MOST_FORMER} clusters, which is the most: mount the engine once more"
            raise InvalidRequest(text)
        request.view.write(former_key(before.host), before)
    if host is None:
        return False
    used = await request.view.read(former_key(host), ClusterConfig) is not None
    request.view.delete(former_key(host))
    return used


def _merged(config: ClusterConfig, body: ConfigFields) -> ClusterConfig:
    given: dict[str, Any] = {}
    if body.kubernetes_host is not None:
        limits.check_name("kubernetes_host", body.kubernetes_host, _HOST_BYTES)
        if body.kubernetes_host:
            check_url(base_url(body.kubernetes_host), "kubernetes_host")
            if "?" in body.kubernetes_host or "#" in body.kubernetes_host:
                raise InvalidRequest("kubernetes_host must not hold a query")
        given["host"] = body.kubernetes_host
    if body.kubernetes_ca_cert is not None:
        check_ca(body.kubernetes_ca_cert, "kubernetes_ca_cert")
        given["ca_cert"] = body.kubernetes_ca_cert
    if body.service_account_jwt is not None:
        jwt = body.service_account_jwt.strip()
        if not all(" " < sign < "\x7f" for sign in jwt):
            raise InvalidRequest("service_account_jwt is no token that can be sent")
        given["jwt"] = jwt
    if body.disable_local_ca_jwt is not None:
        given["disable_local_ca_jwt"] = body.disable_local_ca_jwt
    changed = msgspec.structs.replace(config, **given)
    if config.jwt and "jwt" not in given and base_url(changed.host) != base_url(config.host):
        # Or whoever may write this, and can't read the token, could have it sent to a host of theirs.
        raise InvalidRequest("service_account_jwt must be given with another kubernetes_host")
    return changed

"""The cluster of the mount.

Source: https://developer.hashicorp.com/vault/api-docs/auth/kubernetes#configure-method
"""

from __future__ import annotations

from functools import partial
from typing import Annotated

from strongroom.auth.kubernetes.cluster import Cluster
from strongroom.auth.kubernetes.records import Config
from strongroom.crypto import service_account_tokens
from strongroom.crypto.public_keys import key_of_pem
from strongroom.lib import limits
from strongroom.lib.errors import InvalidRequest, NotFound
from strongroom.lib.kubernetes import base_url
from strongroom.lib.outgoing import check_ca, check_url
from strongroom.sdk import SECRET, Body, CommaList, Doc, Request, Response, path

CONFIG = "config"
MOST_KEYS = 64
_HOST_BYTES = 2048


class ConfigFields(Body, frozen=True):
    """How the cluster is asked.  A write replaces all of it."""

    kubernetes_host: Annotated[
        str, Doc(description="The API server: a URL, a host, or a host with its port, asked by HTTPS.")
    ] = ""
    kubernetes_ca_cert: Annotated[
        str, Doc(description="The certificate authorities of the API server, in PEM. Default: those of the pod.")
    ] = ""
    token_reviewer_jwt: Annotated[
        str,
        Doc(
            description="The token that logins are reviewed with. Default: the pod's, or else the one that logs in.",
            extra=SECRET,
        ),
    ] = ""
    pem_keys: Annotated[
        CommaList, Doc(description="Public keys or certificates in PEM, one of which has to have signed each token.")
    ] = CommaList([])
    issuer: Annotated[str, Doc(description="The issuer that tokens must have, if that is checked.")] = ""
    disable_iss_validation: Annotated[bool, Doc(description="Don't check the issuer. The cluster does.")] = True
    disable_local_ca_jwt: Annotated[
        bool, Doc(description="Don't use the pod's token and authorities. The system's authorities are used instead.")
    ] = False
    use_annotations_as_alias_metadata: Annotated[
        bool,
        Doc(description="Make alias metadata of the service account's `vault.hashicorp.com/alias-metadata-…`."),
    ] = False


class ConfigPaths:
    """`config`"""

    cluster: Cluster

    @path.read("config")
    async def read_config(self, request: Request) -> Response:
        """Reads the configuration, without the reviewer's token."""
        config = await request.view.read(CONFIG, Config)
        if config is None:
            raise NotFound
        data = {
            "kubernetes_host": config.host,
            "kubernetes_ca_cert": config.ca_cert,
            "pem_keys": list(config.pem_keys),
            "issuer": config.issuer,
            "disable_iss_validation": config.disable_iss_validation,
            "disable_local_ca_jwt": config.disable_local_ca_jwt,
            "use_annotations_as_alias_metadata": config.use_annotations_as_alias_metadata,
            "token_reviewer_jwt_set": bool(config.reviewer_jwt),
        }
        if (at := service_account_tokens.expires_at(config.reviewer_jwt)) is not None:
            data["reviewer_expires_at"] = at
        return Response(data=data)

    @path.write("config")
    async def write_config(self, request: Request, body: ConfigFields) -> Response | None:
        """Configures the cluster. Warns of a reviewer's token that will end."""
        config = _checked(body)
        if not config.ca_cert and not config.disable_local_ca_jwt:
            local = await request.once.wait("kubernetes: local authorities", self.cluster.files.ca_cert)
            if not local:
                raise InvalidRequest(
                    "kubernetes_ca_cert must be given, because the server isn't in a pod; or set "
                    "disable_local_ca_jwt to trust the authorities of the server's system"
                )
        await request.once.wait("kubernetes: reviewer", partial(self.cluster.reviewer, config))
        request.view.write(CONFIG, config)
        ends = service_account_tokens.ends(config.reviewer_jwt)
        return Response(warnings=[f"token_reviewer_jwt {ends}; no login works after its end"]) if ends else None


def _checked(body: ConfigFields) -> Config:
    if not body.kubernetes_host:
        raise InvalidRequest("no host provided")
    limits.check_name("kubernetes_host", body.kubernetes_host, _HOST_BYTES)
    limits.check_name("issuer", body.issuer, _HOST_BYTES)
    check_url(base_url(body.kubernetes_host), "kubernetes_host")
    check_ca(body.kubernetes_ca_cert, "kubernetes_ca_cert")
    if not body.token_reviewer_jwt.isascii() or any(
        not " " < sign < "\x7f" for sign in body.token_reviewer_jwt.strip()
    ):
        raise InvalidRequest("token_reviewer_jwt is no token that can be sent")
    if len(body.pem_keys) > MOST_KEYS:
        raise InvalidRequest(f"pem_keys has more than {MOST_KEYS} items")
    for pem in body.pem_keys:
        try:
            key_of_pem(pem)
        except InvalidRequest as error:
            raise InvalidRequest(f"an item of pem_keys can't be used: {error.text}") from error
    return Config(
        host=body.kubernetes_host,
        ca_cert=body.kubernetes_ca_cert,
        reviewer_jwt=body.token_reviewer_jwt.strip(),
        pem_keys=tuple(body.pem_keys),
        issuer=body.issuer,
        disable_iss_validation=body.disable_iss_validation,
        disable_local_ca_jwt=body.disable_local_ca_jwt,
        use_annotations_as_alias_metadata=body.use_annotations_as_alias_metadata,
    )

"""`config/crl`: settings of lists and of OCSP.

Source: https://openbao.org/api-docs/secret/pki/#set-revocation-configuration
https://developer.hashicorp.com/vault/api-docs/secret/pki#set-revocation-configuration for `max_crl_entries`
"""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.engines.pki.issuers.urls import cluster_of
from strongroom.engines.pki.revocation import config as settings
from strongroom.engines.pki.revocation.lists import scheduling
from strongroom.engines.pki.revocation.lists.groups import groups_of
from strongroom.engines.pki.revocation.lists.partitions import with_partitions
from strongroom.engines.pki.revocation.records import NONCE_ECHO, NONCE_IGNORE, CrlConfig
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import Body, Doc, OneOf, Request, Response, path, replace


class CrlConfigFields(Body, frozen=True):
    """What is to change; the rest stays as it is."""

    expiry: Annotated[str | None, Doc(description="How long a list is valid.")] = None
    disable: Annotated[bool | None, Doc(description="Whether lists are empty, whatever was revoked.")] = None
    ocsp_disable: Annotated[bool | None, Doc(description="Whether OCSP questions are refused.")] = None
    ocsp_expiry: Annotated[
        str | None, Doc(description="How long an OCSP answer is valid. 0 for answers that don't say it.")
    ] = None
    ocsp_nonce: Annotated[
        str | None,
        Doc(description=f"`{NONCE_ECHO}` repeats a question's nonce, `{NONCE_IGNORE}` gives an answer that is ready."),
        OneOf(NONCE_ECHO, NONCE_IGNORE),
    ] = None
    auto_rebuild: Annotated[
        bool | None, Doc(description="Whether lists are made by the clock alone, and not when something is revoked.")
    ] = None
    auto_rebuild_grace_period: Annotated[
        str | None, Doc(description="How long before its end a list is made again, with `auto_rebuild`.")
    ] = None
    enable_delta: Annotated[bool | None, Doc(description="Whether there are delta lists between complete ones.")] = None
    delta_rebuild_interval: Annotated[
        str | None, Doc(description="How often a delta is made when something was revoked.")
    ] = None
    allow_expired_cert_revocation: Annotated[
        bool | None, Doc(description="Whether certificates may be revoked that have expired.")
    ] = None
    max_crl_entries: Annotated[
        int | None, Doc(description="The most entries of a list; one with more isn't made. 0 or less for no limit.")
    ] = None
    partitions: Annotated[
        int | None,
        Doc(description="How many short lists new certificates are divided among. 0 for the one list of everything."),
    ] = None


class CrlConfigPaths:
    """`config/crl`"""

    @path.read("config/crl")
    async def read_crl_config(self, request: Request) -> Response:
        """Reads the settings of lists and of OCSP."""
        return Response(data=_shown(await settings.config_of(request.view)))

    @path.write("config/crl")
    async def write_crl_config(self, request: Request, body: CrlConfigFields) -> Response:
        """Sets how lists and OCSP answers are made. Lists by other settings are made again soon."""
        before = await settings.config_of(request.view)
        given = {name: getattr(body, name) for name in CrlConfig.__struct_fields__ if hasattr(body, name)}
        changed = replace(before, **{name: value for name, value in given.items() if value not in {None, ""}})
        if changed.ocsp_nonce not in {NONCE_ECHO, NONCE_IGNORE}:
            raise InvalidRequest(f"ocsp_nonce must be {NONCE_ECHO} or {NONCE_IGNORE}")
        settings.check(changed)
        if body.partitions is not None:
            cluster = await cluster_of(request.view)
            changed = with_partitions(changed, body.partitions, cluster.aia_path or cluster.path)
        settings.keep(request.view, changed)
        for list_ in (await groups_of(request.view)).by_id:
            await scheduling.want(request.view, request.mount.id, list_, request.now)
        return Response(data=_shown(changed))


def _shown(config: CrlConfig) -> dict[str, Any]:
    return {
        "expiry": config.expiry,
        "disable": config.disable,
        "ocsp_disable": config.ocsp_disable,
        "ocsp_expiry": config.ocsp_expiry,
        "ocsp_nonce": config.ocsp_nonce,
        "auto_rebuild": config.auto_rebuild,
        "auto_rebuild_grace_period": config.auto_rebuild_grace_period,
        "enable_delta": config.enable_delta,
        "delta_rebuild_interval": config.delta_rebuild_interval,
        "allow_expired_cert_revocation": config.allow_expired_cert_revocation,
        "max_crl_entries": config.max_crl_entries,
        "partitions": config.partition_sets[-1].count if config.partition_sets else 0,
    }

"""`config/acme`.

Source: https://openbao.org/api-docs/secret/pki/#set-acme-configuration
https://developer.hashicorp.com/vault/api-docs/secret/pki/issuance#set-acme-configuration for `max_ttl` and the ranges
"""

from __future__ import annotations

import ipaddress
from typing import Annotated, Any, Final

from strongroom.engines.pki.acme import issuing, nonces, rows
from strongroom.engines.pki.acme.directory import ANY, EAB_POLICIES, FORBID
from strongroom.engines.pki.acme.problems import Problem
from strongroom.engines.pki.acme.records import AcmeConfig
from strongroom.engines.pki.path_policies import ROLE, VERBATIM
from strongroom.lib.errors import InvalidRequest
from strongroom.lib.outgoing.ranges import check_ranges
from strongroom.sdk import Body, CommaList, Doc, Duration, OneOf, Random, Request, Response, View, path, replace

_NO_URL: Final = (
    "ACME feature requires local cluster 'path' field configuration to be set: write the URL by which clients reach "
    "this mount as path to config/cluster"
)
_TURN_OFF: Final = (
    "must take a non-zero length value; specify '*' as the value to allow anything or specify enabled=false to "
    "disable ACME entirely"
)


class AcmeFields(Body, frozen=True):
    """Settings of the ACME server.  What a request doesn't name stays."""

    enabled: Annotated[bool | None, Doc(description="Whether clients of ACME are served.")] = None
    allowed_issuers: Annotated[
        CommaList | None, Doc(description="Issuers that may sign for clients of ACME; `*` for all.")
    ] = None
    allowed_roles: Annotated[CommaList | None, Doc(description="Roles that directories may name; `*` for all.")] = None
    allow_role_ext_key_usage: Annotated[
        bool | None,
        Doc(description="Whether a role's extended key usages are used. Otherwise it is server authentication."),
    ] = None
    default_directory_policy: Annotated[
        str | None,
        Doc(description="What directories without a role do: `sign-verbatim`, `role:<name>` or `forbid`."),
    ] = None
    dns_resolver: Annotated[
        str | None, Doc(description="Address and port of the DNS resolver; empty for that of the operating system.")
    ] = None
    eab_policy: Annotated[
        str | None,
        Doc(description="Who needs an external binding: " + ", ".join(f"`{name}`" for name in EAB_POLICIES) + "."),
        OneOf(*EAB_POLICIES),
    ] = None
    max_ttl: Annotated[Duration | None, Doc(description="The longest life of a certificate. 90 days if it is 0.")] = (
        None
    )
    challenge_permitted_ip_ranges: Annotated[
        CommaList | None,
        Doc(description="Ranges that challenges are answered from. Loopback and link-local only if named here."),
    ] = None
    challenge_excluded_ip_ranges: Annotated[
        CommaList | None, Doc(description="Ranges that challenges are never answered from.")
    ] = None


class AcmeConfigurationPaths:
    """Settings of the ACME server."""

    random: Random

    @path.read("config/acme")
    async def read_acme_config(self, request: Request) -> Response:
        """Reads the settings of the ACME server."""
        return Response(data=_shown(await rows.config_of(request.view)))

    @path.write("config/acme")
    async def write_acme_config(self, request: Request, body: AcmeFields) -> Response:
        """Changes the settings of the ACME server."""
        view = request.view
        config = _with(await rows.config_of(view), body)
        await _check(view, config)
        if config.enabled:
            if not await issuing.has_cluster_path(view):
                raise InvalidRequest(_NO_URL)
            await nonces.make_key(request, self.random)
        view.write(rows.CONFIG, config)
        return Response(data=_shown(config))


def _with(config: AcmeConfig, body: AcmeFields) -> AcmeConfig:
    given: dict[str, Any] = {}
    for name in ("enabled", "allow_role_ext_key_usage", "default_directory_policy", "dns_resolver", "eab_policy"):
        if (value := getattr(body, name)) is not None:
            given[name] = value
    for name in ("allowed_issuers", "allowed_roles"):
        if (listed := getattr(body, name)) is not None:
            given[name] = tuple(listed)
    for name in ("challenge_permitted_ip_ranges", "challenge_excluded_ip_ranges"):
        if (ranges := getattr(body, name)) is not None:
            given[name] = check_ranges([each for each in ranges if each], name)
    if body.max_ttl is not None:
        given["max_ttl_s"] = body.max_ttl or AcmeConfig().max_ttl_s
    return replace(config, **given)


async def _check(view: View, config: AcmeConfig) -> None:
    """Raise `InvalidRequest` for settings that name what there isn't, or allow nothing."""
    if config.eab_policy not in EAB_POLICIES:
        known = ", ".join(f"'{each}'" for each in EAB_POLICIES)
        raise InvalidRequest(f"invalid eab policy name provided, valid values are {known}")
    _check_resolver(config.dns_resolver)
    for name, listed in (("allowed_roles", config.allowed_roles), ("allowed_issuers", config.allowed_issuers)):
        if not any(listed):
            raise InvalidRequest(f"{name} {_TURN_OFF}")
    for role in config.allowed_roles:
        if role != ANY:
            await _check_role(view, role, f"allowed_role {role} is not a valid acme role")
    for issuer in config.allowed_issuers:
        if issuer != ANY:
            try:
                await issuing.check_issuer(view, issuer)
            except InvalidRequest as error:
                text = f"failed validating allowed_issuers: unable to fetch issuer: {issuer}: {error.text}"
                raise InvalidRequest(text) from error
    policy = config.default_directory_policy
    if policy.startswith(ROLE):
        await _check_role(
            view,
            policy.removeprefix(ROLE),
            f"default directory policy role {policy[len(ROLE) :]} is not a valid ACME role",
        )
        if not {ANY, policy.removeprefix(ROLE)} & set(config.allowed_roles):
            raise InvalidRequest("the role of default_directory_policy is not among the allowed_roles")
    elif policy not in {VERBATIM, FORBID}:
        raise InvalidRequest(f"invalid default_directory_policy: string {policy} not a valid Default Directory Policy")


async def _check_role(view: View, role: str, what: str) -> None:
    try:
        await issuing.known_role(view, role)
    except Problem as problem:
        raise InvalidRequest(f"{what}: the request message was malformed: {problem.detail}") from problem


def _check_resolver(resolver: str) -> None:
    if not resolver:
        return
    host, colon, port = resolver.rpartition(":")
    if not colon or not port.isdigit() or not 0 < int(port) < 65536:
        raise InvalidRequest(f"failed to parse DNS resolver address: address {resolver}: missing port in address")
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        text = "failed to parse DNS resolver address: expected IPv4/IPv6 address, likely got hostname"
        raise InvalidRequest(text) from None


def _shown(config: AcmeConfig) -> dict[str, Any]:
    return {
        "enabled": config.enabled,
        "allowed_issuers": list(config.allowed_issuers),
        "allowed_roles": list(config.allowed_roles),
        "allow_role_ext_key_usage": config.allow_role_ext_key_usage,
        "default_directory_policy": config.default_directory_policy,
        "dns_resolver": config.dns_resolver,
        "eab_policy": config.eab_policy,
        "max_ttl": config.max_ttl_s,
        "challenge_permitted_ip_ranges": list(config.challenge_permitted_ip_ranges),
        "challenge_excluded_ip_ranges": list(config.challenge_excluded_ip_ranges),
    }

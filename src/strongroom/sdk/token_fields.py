"""The `token_*` parameters that every auth method's users and roles share: declared, merged, shown and applied (pure).

Source: https://developer.hashicorp.com/vault/api-docs/auth/userpass#create-update-user
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import msgspec

from strongroom.lib import limits
from strongroom.lib.addresses import plain_interface
from strongroom.lib.errors import InvalidRequest, PermissionDenied
from strongroom.sdk.fields import Body, CommaList, Doc, Duration, Normal, OldNameOf, OneOf
from strongroom.sdk.response import Auth
from strongroom.sdk.token_settings import TokenSettings

TOKEN_TYPES = frozenset({"default", "service", "batch"})
NON_ASSIGNABLE = frozenset({"response-wrapping"})
"""Policies that no token can get by name, because a token with one of them counts as a wrapping token."""


def normal_policies(names: Iterable[str]) -> tuple[str, ...]:
    """Policy names in lower case, trimmed, unique, sorted."""
    return tuple(sorted({name.strip().lower() for name in names} - {""}))


def normal_cidr(text: str) -> str:
    """An address or CIDR block as responses show it.  A block of one address is shown as the address.

    Raises: `InvalidRequest` for anything else.
    """
    try:
        interface = plain_interface(text)
    except ValueError as error:
        raise InvalidRequest(
            f'error parsing address "{text}": Unable to convert "{text}" to an IPv4 or IPv6 address, or a UNIX Socket'
        ) from error
    alone = interface.network.prefixlen == interface.max_prefixlen
    return str(interface.ip) if alone else f"{interface.ip}/{interface.network.prefixlen}"


POLICY_NAMES = Normal(lambda names: list(normal_policies(names)))
CIDRS = Normal(lambda texts: sorted({normal_cidr(text) for text in texts}))


class TokenFields(Body, frozen=True):
    """The parameters of a request; None for one that it doesn't name."""

    token_bound_cidrs: Annotated[
        CommaList | None, Doc(description="Addresses or CIDR blocks that may log in and use the token."), CIDRS
    ] = None
    token_explicit_max_ttl: Annotated[
        Duration | None, Doc(description="The longest life of the token, whatever is renewed.")
    ] = None
    token_max_ttl: Annotated[Duration | None, Doc(description="How long renewals can keep the token alive.")] = None
    token_no_default_policy: Annotated[bool | None, Doc(description="Leave out the `default` policy.")] = None
    token_num_uses: Annotated[int | None, Doc(description="How often the token can be used. 0 sets no limit.")] = None
    token_period: Annotated[
        Duration | None, Doc(description="Makes the token periodic. Each renewal grants this time.")
    ] = None
    token_policies: Annotated[
        CommaList | None, Doc(description="Names of the policies that the token gets."), POLICY_NAMES
    ] = None
    token_strictly_bind_ip: Annotated[bool | None, Doc(description="Bind the token to the address that logged in.")] = (
        None
    )
    token_ttl: Annotated[Duration | None, Doc(description="How long the token lives at first.")] = None
    token_type: Annotated[
        str | None,
        Doc(description="`service`, `batch`, or `default` for the mount's type."),
        OneOf("default", "service", "batch"),
    ] = None


class OldTokenFields(TokenFields, frozen=True):
    """The same parameters, plus the old names of four of them.  A new name overrides the old one."""

    policies: Annotated[
        CommaList | None, Doc(description="Old name of `token_policies`."), POLICY_NAMES, OldNameOf("token_policies")
    ] = None
    ttl: Annotated[Duration | None, Doc(description="Old name of `token_ttl`."), OldNameOf("token_ttl")] = None
    max_ttl: Annotated[Duration | None, Doc(description="Old name of `token_max_ttl`."), OldNameOf("token_max_ttl")] = (
        None
    )
    bound_cidrs: Annotated[
        CommaList | None, Doc(description="Old name of `token_bound_cidrs`."), CIDRS, OldNameOf("token_bound_cidrs")
    ] = None


class RoleTokenFields(OldTokenFields, frozen=True):
    """The same parameters, plus the old names that only roles of machines had."""

    num_uses: Annotated[int | None, Doc(description="Old name of `token_num_uses`."), OldNameOf("token_num_uses")] = (
        None
    )
    period: Annotated[Duration | None, Doc(description="Old name of `token_period`."), OldNameOf("token_period")] = None


_OLD_NAMES = ("policies", "ttl", "max_ttl", "bound_cidrs", "num_uses", "period")
_ATTRIBUTES = {
    "token_bound_cidrs": "bound_cidrs",
    "token_explicit_max_ttl": "explicit_max_ttl_s",
    "token_max_ttl": "max_ttl_s",
    "token_no_default_policy": "no_default_policy",
    "token_num_uses": "num_uses",
    "token_period": "period_s",
    "token_policies": "policies",
    "token_strictly_bind_ip": "strictly_bind_ip",
    "token_ttl": "ttl_s",
    "token_type": "type",
}
_RENEWED = ("ttl_s", "max_ttl_s", "period_s")
"""Settings that a renewal reads again.  All others stay as they were at the login."""


def merged(settings: TokenSettings, fields: TokenFields) -> TokenSettings:
    """The settings after a request's changes.  Raises `InvalidRequest` for values that don't fit together."""
    given: dict[str, Any] = {}
    old_names = set(settings.old_names)
    for name, attribute in _ATTRIBUTES.items():
        old_name = name.removeprefix("token_")
        old = getattr(fields, old_name, None) if old_name in _OLD_NAMES else None
        new = getattr(fields, name)
        if old is not None:
            old_names.add(old_name)
        elif new is not None:
            old_names.discard(old_name)
        value = new if new is not None else old
        if value is not None:
            given[attribute] = value
    if _by_old_name(fields):
        given["policies"] = normal_policies(given["policies"])
    if "bound_cidrs" in given:
        given["bound_cidrs"] = tuple(normal_cidr(text) for text in given["bound_cidrs"])
    if "policies" in given:
        given["policies"] = tuple(given["policies"])
    if "type" in given:
        given["type"] = given["type"] or "default"
    result = msgspec.structs.replace(settings, **given, old_names=tuple(sorted(old_names)))
    _check(result)
    return result


def _by_old_name(fields: TokenFields) -> bool:
    """Whether the policies were given by their old name.  Such policies are stored in the form that tokens have."""
    return fields.token_policies is None and getattr(fields, "policies", None) is not None


def _check(settings: TokenSettings) -> None:
    limits.check_names("token_policies", settings.policies)
    limits.check_names("token_bound_cidrs", settings.bound_cidrs, limits.BLOCKS)
    for name in normal_policies(settings.policies):
        if name == "root":
            raise InvalidRequest("auth methods cannot create root tokens")
        if name in NON_ASSIGNABLE:
            raise InvalidRequest(f'cannot assign policy "{name}"')
    if settings.type not in TOKEN_TYPES:
        raise InvalidRequest(f"invalid 'token_type' value \"{settings.type}\": default, service or batch")
    if settings.num_uses < 0:
        raise InvalidRequest("'token_num_uses' cannot be negative")
    if settings.max_ttl_s and settings.ttl_s > settings.max_ttl_s:
        raise InvalidRequest("'token_ttl' cannot be greater than 'token_max_ttl'")
    if settings.type == "batch":
        # A batch token has no row, so nothing can count its uses or renew it.
        refused = "'token_type' cannot be 'batch' or 'default_batch' when set to generate"
        if settings.num_uses:
            raise InvalidRequest(f"{refused} tokens with limited use count")
        if settings.period_s:
            raise InvalidRequest(f"{refused} periodic tokens")


def shown(settings: TokenSettings) -> dict[str, Any]:
    """The settings as a response's data."""
    data = {name: _plain(getattr(settings, attribute)) for name, attribute in _ATTRIBUTES.items()}
    for old_name in settings.old_names:
        value = data[f"token_{old_name}"]
        if value:
            data[old_name] = value
    return data


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def grant(
    settings: TokenSettings, *, alias: str, metadata: Mapping[str, str], internal: Mapping[str, str] | None = None
) -> Auth:
    """The login with these settings.

    Args:
        alias: the method's name for the user or machine that logged in. metadata: shown with the token. internal:
            stored with the token for its renewal.
    """
    return Auth(
        display_name=alias,
        metadata=dict(metadata),
        alias=alias,
        internal=dict(internal or {}),
        token=msgspec.structs.replace(settings, policies=normal_policies(settings.policies)),
    )


REFUSE, KEEP, NARROW = "refuse", "keep", "narrow"
"""What becomes of a renewal when the policies of the user or role have changed since the login."""


class PoliciesChanged(InvalidRequest):
    """A renewal of a token whose user or role has other policies than at the login.

    The mount's setting `on_policy_change` decides what becomes of it.

    Args:
        auth: the login with the present times and the old policies. present: the policies that a login would give now.
        usual: what the method does without that setting: `REFUSE` or `KEEP`.
    """

    def __init__(self, auth: Auth, present: Iterable[str], usual: str) -> None:
        had, has = _counted(auth.token.policies), _counted(present)
        changes = [f"+{name}" for name in sorted(has - had)] + [f"-{name}" for name in sorted(had - has)]
        super().__init__(f"policies have changed, not renewing: {', '.join(changes)}; log in again")
        self.auth = auth
        self.usual = usual
        self._has = has

    def narrowed(self) -> Auth:
        """The login with those policies of before that it would get now too."""
        token = self.auth.token
        kept = tuple(name for name in token.policies if name in self._has or name == "default")
        return msgspec.structs.replace(self.auth, token=msgspec.structs.replace(token, policies=kept))


def renewed(settings: TokenSettings, auth: Auth, usual: str = REFUSE) -> Auth:
    """The login with the settings' present times, for a renewal.

    Args:
        usual: what becomes of the renewal if the policies have changed and the mount doesn't say: `REFUSE`, because
            the token would otherwise keep rights that were removed, or lack rights that were added; or `KEEP`.

    Raises: `PoliciesChanged`.
    """
    times = {name: getattr(settings, name) for name in _RENEWED}
    result = msgspec.structs.replace(auth, token=msgspec.structs.replace(auth.token, **times))
    if _counted(settings.policies) != _counted(auth.token.policies):
        raise PoliciesChanged(result, settings.policies, usual)
    return result


def _counted(policies: Iterable[str]) -> set[str]:
    return set(normal_policies(policies)) - {"default"}


def address_allowed(address: str, cidrs: Iterable[str]) -> bool:
    """Whether `address` is in one of the blocks.  Without blocks, every address is allowed.

    A client without an IP address (on a Unix socket) is in no block.
    """
    cidrs = tuple(cidrs)
    if not cidrs:
        return True
    try:
        ip = ipaddress.ip_address(plain_address(address))
    except ValueError:
        return False
    return any(ip in network_of(cidr) for cidr in cidrs)


def check_address(address: str, cidrs: Iterable[str], source: str) -> None:
    """Raise `PermissionDenied` for an address that is in none of the blocks.

    Only the log tells the reason: a client that isn't known yet isn't told from where it would be let in.

    Args:
        source: where the request came from, in words (`Request.source`).
    """
    if not address_allowed(address, cidrs):
        raise PermissionDenied("permission denied", detail=f"{source} is outside token_bound_cidrs")


def network_of(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """The network of an address or CIDR block."""
    return plain_interface(text).network


def plain_address(text: str) -> str:
    """An address in canonical form.  A dual-stack socket writes IPv4 addresses as `::ffff:192.0.2.1`."""
    try:
        ip = ipaddress.ip_address(text)
    except ValueError:
        return text
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ip)

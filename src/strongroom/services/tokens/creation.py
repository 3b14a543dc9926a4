"""Plans a new token from a request (pure).

Source: https://developer.hashicorp.com/vault/api-docs/auth/token#create-token
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable
from typing import Annotated

import msgspec

from strongroom.barrier.keys import ROOT_NAMESPACE
from strongroom.lib import limits
from strongroom.lib.durations import SECOND_NS, parse_duration_ns
from strongroom.lib.errors import InvalidRequest
from strongroom.sdk.fields import SECRET, Body, Doc, Normal, OldNameOf, OneOf, StringMap
from strongroom.sdk.token_fields import NON_ASSIGNABLE, POLICY_NAMES
from strongroom.sdk.token_settings import TokenSettings
from strongroom.services.tokens.binding import binding_of
from strongroom.services.tokens.logic import DEFAULT, ROOT, clean_policies, grant_ttl
from strongroom.services.tokens.records import BATCH, SERVICE, TokenRecord, TokenRole, kept

CREATE_PATH = "auth/token/create"
_CUSTOM_ID = (
    "Supplying a custom ID for the token uses the weaker SHA1 hashing instead of the more secure SHA2-256 HMAC for "
    "token obfuscation. SHA1 hashed tokens on the wire leads to less secure lookups."
)
"""Vault's own text, which scripts look for.  This server digests such an id like any other."""
TIME = Normal(parse_duration_ns)
"""The form of a time that the body has as a string."""
_SUDO = "root or sudo privileges required"


class TokenRequest(Body, frozen=True):
    """The parameters of a request for a token."""

    id: Annotated[str, Doc(description="The token itself, instead of a random one. Needs sudo.", extra=SECRET)] = ""
    policies: Annotated[
        list[str] | None, Doc(description="Names of policies. Without any, the token gets its parent's."), POLICY_NAMES
    ] = None
    meta: Annotated[StringMap | None, Doc(description="Names and texts to keep with the token.")] = None
    no_parent: Annotated[bool, Doc(description="Whether the token has no parent. Needs sudo.")] = False
    no_default_policy: Annotated[bool, Doc(description="Leave out the `default` policy.")] = False
    renewable: Annotated[bool, Doc(description="Whether the token may be renewed.")] = True
    lease: Annotated[str, Doc(description="Old name of `ttl`."), TIME, OldNameOf("ttl")] = ""
    ttl: Annotated[str, Doc(description="How long the token lives at first."), TIME] = ""
    type: Annotated[str, Doc(description="`service` or `batch`."), OneOf("service", "batch")] = ""
    explicit_max_ttl: Annotated[str, Doc(description="The longest life of the token, whatever is renewed."), TIME] = ""
    display_name: Annotated[str, Doc(description="A name for people.")] = ""
    num_uses: Annotated[int, Doc(description="How often the token can be used. 0 sets no limit.")] = 0
    period: Annotated[
        str, Doc(description="Makes the token periodic. Each renewal grants this time. Needs sudo."), TIME
    ] = ""
    entity_alias: Annotated[
        str, Doc(description="An entity alias. The token's role has to allow it."), Normal(str.lower)
    ] = ""


class Mint(msgspec.Struct, frozen=True):
    """The circumstances of a new token: parent, role, rights and limits."""

    parent: TokenRecord
    sudo: bool
    """Whether the client has `sudo` on the request's path."""
    orphan: bool
    """Whether the path itself makes orphans."""
    role: TokenRole | None
    default_ttl_s: int
    max_ttl_s: int
    now: float
    address: str = ""
    """The client's address; empty on a Unix socket."""
    namespace: str = ROOT_NAMESPACE
    """The id of the namespace that the token is made in.  The parent may be of one above."""

    @property
    def parent_policies(self) -> tuple[str, ...]:
        """The policies that a child may take over.

        The names of a parent of another namespace stand for other policies there.
        """
        return self.parent.policies if self.parent.namespace == self.namespace else (DEFAULT,)


class Planned(msgspec.Struct, frozen=True):
    """The new token's row without its random parts, and warnings for the client."""

    record: TokenRecord
    """Without key, accessor and parent."""
    orphan: bool
    warnings: list[str]


def plan(wanted: TokenRequest, mint: Mint) -> Planned:
    """Plan the token that a request asks for.

    Raises: `InvalidRequest`, with Vault's texts, for everything that isn't allowed.
    """
    parent, role = mint.parent, mint.role
    _check_lengths(wanted)
    kind = _kind(wanted, role)
    if parent.type == BATCH:
        raise InvalidRequest("batch tokens cannot create more tokens")
    if parent.num_uses:
        raise InvalidRequest("restricted use token cannot generate child tokens")
    if wanted.num_uses < 0:
        raise InvalidRequest("number of uses cannot be negative")
    if kind == BATCH:
        _check_batch(wanted, role)
    _check_alias(wanted, role)
    warnings = [_CUSTOM_ID] if _check_id(wanted, mint) else []
    policies = _policies(wanted, mint)
    orphan = _orphan(wanted, mint)
    times = _times(wanted, mint, policies, kind)
    binding = binding_of(parent, role, mint.address)
    if not times.ttl_s:
        _check_endless(parent, binding.cidrs)
    if kind == BATCH and ROOT in policies:
        raise InvalidRequest("batch tokens cannot be root tokens")
    settings = TokenSettings(
        policies=policies,
        ttl_s=times.ttl_s,
        explicit_max_ttl_s=times.explicit_max_ttl_s,
        period_s=times.period_s,
        num_uses=_least(wanted.num_uses, role.num_uses if role is not None else 0) if kind == SERVICE else 0,
        bound_cidrs=binding.cidrs,
        strictly_bind_ip=binding.strict,
        type=kind,
        no_default_policy=wanted.no_default_policy or (role is not None and role.no_default_policy),
    )
    record = TokenRecord(
        key="",
        accessor="",
        path=_path(mint),
        created_at=mint.now,
        display_name=_display_name(wanted.display_name),
        metadata=dict(wanted.meta) if wanted.meta else None,
        creation_ttl_s=times.ttl_s,
        expires_at=mint.now + times.ttl_s if times.ttl_s else 0.0,
        renewable=wanted.renewable and bool(times.ttl_s) and kind == SERVICE and (role is None or role.renewable),
        role=role.name if role is not None else "",
        entity_id="" if orphan else parent.entity_id,
        alias_mount="" if orphan else parent.alias_mount,
        alias_metadata={} if orphan else parent.alias_metadata,
        bound_ip=binding.address,
        namespace=mint.namespace,
        **kept(settings),
    )
    return Planned(record=record, orphan=orphan, warnings=warnings + times.warnings)


def _check_lengths(wanted: TokenRequest) -> None:
    limits.check_map("meta", wanted.meta or {})
    limits.check_names("policies", wanted.policies or ())
    for name in ("id", "display_name", "entity_alias"):
        limits.check_name(name, getattr(wanted, name))


def _kind(wanted: TokenRequest, role: TokenRole | None) -> str:
    if wanted.type not in {"", SERVICE, BATCH}:
        raise InvalidRequest("invalid 'token_type' value")
    if role is not None and role.token_type in {SERVICE, BATCH}:
        return role.token_type
    if wanted.type:
        return wanted.type
    return BATCH if role is not None and role.token_type == "default-batch" else SERVICE  # noqa: S105 - a kind


def _check_batch(wanted: TokenRequest, role: TokenRole | None) -> None:
    # A batch token has no row, so nothing can count or renew it.  A role with such settings makes no batch token.
    given = (
        ("explicit_max_ttl", _seconds(wanted.explicit_max_ttl, "explicit_max_ttl")),
        ("num_uses", wanted.num_uses or (role.num_uses if role is not None else 0)),
        ("period", _seconds(wanted.period, "period") or (role.period_s if role is not None else 0)),
    )
    for name, value in given:
        if value:
            raise InvalidRequest(f'batch tokens cannot have "{name}" set')


def _check_alias(wanted: TokenRequest, role: TokenRole | None) -> None:
    if not wanted.entity_alias:
        return
    if role is None:
        raise InvalidRequest("'entity_alias' is only allowed in combination with token role")
    alias = wanted.entity_alias.lower()
    if not any(_like(alias, pattern.lower()) for pattern in role.allowed_entity_aliases or ()):
        raise InvalidRequest("invalid 'entity_alias' value")


def _check_id(wanted: TokenRequest, mint: Mint) -> bool:
    if not wanted.id:
        return False
    if not mint.sudo:
        raise InvalidRequest(f"{_SUDO} to specify token id")
    if mint.namespace != ROOT_NAMESPACE:
        raise InvalidRequest("token IDs can only be manually specified in the root namespace")
    for prefix in ("s.", "hvs."):
        if wanted.id.startswith(prefix):
            raise InvalidRequest(f"custom token ID cannot have the '{prefix}' prefix")
    if "." in wanted.id:
        raise InvalidRequest("custom token ID cannot have a '.' in the value")
    return True


def _policies(wanted: TokenRequest, mint: Mint) -> tuple[str, ...]:
    asked, parent, role = wanted.policies or [], mint.parent, mint.role
    if role is not None and _restricts(role):
        names = _policies_of_role(asked, wanted, mint, role)
        default = False
    elif not asked:
        names, default = mint.parent_policies, False  # `default` only if the parent has it
    elif mint.sudo:
        names, default = tuple(asked), not wanted.no_default_policy
    else:
        names = clean_policies(asked, add_default=False)
        if not set(names) <= {*mint.parent_policies}:
            raise InvalidRequest("child policies must be subset of parent")
        default = not wanted.no_default_policy and DEFAULT in mint.parent_policies
    policies = clean_policies(names, add_default=default)
    if wanted.no_default_policy or _leaves_default_out(role):
        policies = tuple(name for name in policies if name != DEFAULT)
    for name in policies:
        if name in NON_ASSIGNABLE:
            raise InvalidRequest(f'cannot assign policy "{name}"')
    if ROOT in policies and mint.namespace not in {ROOT_NAMESPACE, parent.namespace}:
        raise InvalidRequest("root tokens may not be created from a parent namespace")
    if ROOT in policies and not parent.is_root:
        raise InvalidRequest("root tokens may not be created without parent token being root")
    return policies


def _leaves_default_out(role: TokenRole | None) -> bool:
    """Whether the role leaves `default` out.  A role that lists `default` by name keeps it."""
    return role is not None and role.no_default_policy and DEFAULT not in role.allowed_policies


def _restricts(role: TokenRole) -> bool:
    return bool(
        role.allowed_policies or role.allowed_policies_glob or role.disallowed_policies or role.disallowed_policies_glob
    )


def _policies_of_role(asked: list[str], wanted: TokenRequest, mint: Mint, role: TokenRole) -> tuple[str, ...]:
    """The policies that a role gives.

    If the role names policies, the rule that a child has no more policies than its parent doesn't apply.
    """
    default = not (
        wanted.no_default_policy
        or role.no_default_policy
        or DEFAULT in role.disallowed_policies
        or _any_like(DEFAULT, role.disallowed_policies_glob)
    )
    names = clean_policies(asked, add_default=default) if asked else ()
    if role.allowed_policies or role.allowed_policies_glob:
        allowed = clean_policies(role.allowed_policies, add_default=default)
        if not names:
            names = allowed
        elif not all(name in allowed or _any_like(name, role.allowed_policies_glob) for name in names):
            raise InvalidRequest(
                f"token policies ({_quoted(names)}) must be subset of the role's allowed policies "
                f"({_quoted(allowed)}) or glob policies ({_quoted(role.allowed_policies_glob)})"
            )
    elif not names:
        names = clean_policies(mint.parent_policies, add_default=default)
    for name in names:
        if name in role.disallowed_policies or _any_like(name, role.disallowed_policies_glob):
            raise InvalidRequest(f'token policy "{name}" is disallowed by this role')
    return names


def _orphan(wanted: TokenRequest, mint: Mint) -> bool:
    if mint.role is not None:
        return mint.role.orphan
    if wanted.no_parent and not mint.orphan and not mint.sudo:
        raise InvalidRequest(f"{_SUDO} to create orphan token")
    return mint.orphan or wanted.no_parent


class _Times(msgspec.Struct, frozen=True):
    ttl_s: int
    period_s: int
    explicit_max_ttl_s: int
    warnings: list[str]


def _times(wanted: TokenRequest, mint: Mint, policies: tuple[str, ...], kind: str) -> _Times:
    explicit = _seconds(wanted.explicit_max_ttl, "explicit_max_ttl")
    period = _seconds(wanted.period, "period")
    if period and not mint.sudo:
        raise InvalidRequest(f"{_SUDO} to create periodic token")
    wanted_s = _seconds(wanted.ttl, "ttl") if wanted.ttl else _seconds(wanted.lease, "lease")
    warnings: list[str] = []
    max_s, renewed_s = explicit, period
    if mint.role is not None:
        # The token doesn't store the role's times: a renewal uses the role's times of that moment.  A batch token can't
        # be renewed, so its first time must not be longer than the role allows.
        max_s = _lesser("Explicit max TTL", explicit, mint.role.explicit_max_ttl_s, warnings)
        renewed_s = _lesser("Period", period, mint.role.period_s, warnings)
    ttl_s = 0
    if renewed_s or wanted_s or ROOT not in policies:
        ttl_s, capped = grant_ttl(
            wanted_s=wanted_s,
            default_s=mint.default_ttl_s,
            max_s=mint.max_ttl_s,
            explicit_max_s=max_s,
            period_s=renewed_s,
        )
        warnings += capped
    return _Times(ttl_s=ttl_s or max_s, period_s=period, explicit_max_ttl_s=explicit, warnings=warnings)


def _lesser(name: str, one: int, other: int, warnings: list[str]) -> int:
    if one and other:
        warnings.append(
            f"{name} specified both during creation call and in role; using the lesser value of "
            f"{min(one, other)} seconds"
        )
    return _least(one, other)


def _least(one: int, other: int) -> int:
    """The smaller of two limits; 0 means no limit."""
    return min(one, other) if one and other else one or other


def _check_endless(parent: TokenRecord, cidrs: tuple[str, ...]) -> None:
    if parent.ttl_s:
        raise InvalidRequest("expiring root tokens cannot create non-expiring root tokens")
    if cidrs:
        raise InvalidRequest("non-expiring root tokens cannot be CIDR-bound")


def _seconds(text: str, name: str) -> int:
    nanoseconds = parse_duration_ns(text)
    if nanoseconds < 0:
        raise InvalidRequest(f"{name} must be positive")
    # Half a second must not become 0, because 0 stands for the default of a month.
    return max(1, nanoseconds // SECOND_NS) if nanoseconds else 0


def _path(mint: Mint) -> str:
    if mint.role is None:
        return f"{CREATE_PATH}-orphan" if mint.orphan else CREATE_PATH
    suffix = f"/{mint.role.path_suffix}" if mint.role.path_suffix else ""
    return f"{CREATE_PATH}/{mint.role.name}{suffix}"


def _display_name(text: str) -> str:
    """The name, with a dash for every character that is no letter or digit."""
    return re.sub(r"[^a-zA-Z0-9-]", "-", f"token-{text}").removesuffix("-") if text else "token"


def _any_like(name: str, patterns: Iterable[str]) -> bool:
    # Names of policies are in lower case.  A pattern with capitals would match none, and so forbid nothing.
    return any(_like(name, pattern.lower()) for pattern in patterns)


def _like(name: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(name, re.sub(r"([\[?])", r"[\1]", pattern))


def _quoted(names: Iterable[str]) -> str:
    return "[" + " ".join(f'"{name}"' for name in names) + "]"

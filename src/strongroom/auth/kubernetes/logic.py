"""Whom a token speaks for, and whether a role lets them in (p).

Source: https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from strongroom.auth.kubernetes.records import Config, Role
from strongroom.lib.errors import PermissionDenied

UID, NAME = "serviceaccount_uid", "serviceaccount_name"
ALIAS_NAME_SOURCES = (UID, NAME)
DEFAULT_ISSUER = "kubernetes/serviceaccount"
"""Of the tokens in secrets, which clusters before 1.21 made."""
LEEWAY_S = 60.0
_SHOWN = 256
_OLD = "kubernetes.io/serviceaccount/"
_OBJECT = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")


class ServiceAccount(msgspec.Struct, frozen=True):
    """A service account, as a token or the cluster names it."""

    namespace: str
    name: str
    uid: str
    secret_name: str = ""
    """The secret that holds the token, for a token of the old kind."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing that names it is missing, and its names can stand in a path of the API."""
        named = _OBJECT.fullmatch(self.namespace) is not None and _OBJECT.fullmatch(self.name) is not None
        return named and bool(self.uid)


def account_of(claims: Mapping[str, Any]) -> ServiceAccount:
    """The service account that a token's claims name: bound tokens in an object, those of secrets flat."""
    bound = claims.get("kubernetes.io")
    if isinstance(bound, dict):
        account = bound.get("serviceaccount")
        account = account if isinstance(account, dict) else {}
        return ServiceAccount(_text(bound, "namespace"), _text(account, "name"), _text(account, "uid"))
    return ServiceAccount(
        namespace=_text(claims, _OLD + "namespace"),
        name=_text(claims, _OLD + "service-account.name"),
        uid=_text(claims, _OLD + "service-account.uid"),
        secret_name=_text(claims, _OLD + "secret.name"),
    )


def audiences_of(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """The audiences of a token, which are a text or a list of texts (RFC 7519, section 4.1.3)."""
    value = claims.get("aud")
    listed = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(item for item in listed if isinstance(item, str) and item)


def check_claims(claims: Mapping[str, Any], config: Config, role: Role, now: float) -> None:
    """Raise `PermissionDenied` for a token that says itself that it isn't for this.  The cluster judges it too."""
    if not config.disable_iss_validation and claims.get("iss") != (config.issuer or DEFAULT_ISSUER):
        raise PermissionDenied(
            f"the token has another issuer than the configuration: {_quoted(claims.get('iss'))}",
            detail=f'issuer is "{config.issuer or DEFAULT_ISSUER}"',
        )
    if role.audience and role.audience not in audiences_of(claims):
        others = ", ".join(audiences_of(claims))[:_SHOWN] or "none"
        raise PermissionDenied(
            f"the token is not for the audience of the role, but for {others}",
            detail=f'audience of the role is "{role.audience}"',
        )
    for name, late in (("exp", True), ("nbf", False), ("iat", False)):
        at = claims.get(name)
        if at is None:
            continue
        if isinstance(at, bool) or not isinstance(at, int | float):
            raise PermissionDenied(f"the token's {name} is no time")
        if late and now - LEEWAY_S >= at:
            raise PermissionDenied("the token is expired")
        if not late and now + LEEWAY_S < at:
            raise PermissionDenied("the token is not valid yet")


def check_account(account: ServiceAccount, role: Role) -> None:
    """Raise `PermissionDenied` for a service account that the role's names don't let in."""
    if not account.is_whole:
        raise PermissionDenied("the token does not name a service account")
    if not matches(account.name, role.names):
        raise PermissionDenied(f'service account name not authorized: the token is of "{account.name}"')
    if not matches(account.namespace, role.namespaces) and not role.namespace_labels:
        raise PermissionDenied(f'namespace not authorized: the token is of "{account.namespace}"')


def needs_labels(account: ServiceAccount, role: Role) -> bool:
    """Whether only the labels of the namespace can let it in."""
    return bool(role.namespace_labels) and not matches(account.namespace, role.namespaces)


def check_labels(labels: Mapping[str, str], role: Role) -> None:
    """Raise `PermissionDenied` for a namespace without the labels that the role's selector demands."""
    if not role.namespace_labels or any(labels.get(name) != value for name, value in role.namespace_labels.items()):
        raise PermissionDenied("namespace not authorized")


def matches(text: str, patterns: Iterable[str]) -> bool:
    """Whether one of the patterns fits, in which `*` stands for any characters.  Nothing fits an empty text."""
    return bool(text) and any(_fits(text, pattern) for pattern in patterns)


def _fits(text: str, pattern: str) -> bool:
    """Whether the whole text fits, without going back: patterns with many stars must not take long."""
    first, *others = pattern.split("*")
    if not others:
        return text == pattern
    if not text.startswith(first) or not text[len(first) :].endswith(others[-1]):
        return False
    at, end = len(first), len(text) - len(others[-1])
    for part in others[:-1]:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return at <= end


def alias_name(account: ServiceAccount, source: str) -> str:
    """The name of the login's alias."""
    return f"{account.namespace}/{account.name}" if source == NAME else account.uid


def metadata_of(account: ServiceAccount) -> dict[str, str]:
    """What the token's metadata says of the service account."""
    return {
        "service_account_uid": account.uid,
        "service_account_name": account.name,
        "service_account_namespace": account.namespace,
        "service_account_secret_name": account.secret_name,
    }


def _quoted(value: Any) -> str:
    return f'"{value[:_SHOWN]}"' if isinstance(value, str) else "it names none"


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""

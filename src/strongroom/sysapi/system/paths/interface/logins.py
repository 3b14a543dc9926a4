"""`sys/config/ui/login/default-auth`: which ways to log in a user interface offers first.

Source: https://developer.hashicorp.com/vault/api-docs/system/config-ui-login-default-auth
"""

from __future__ import annotations

from typing import Annotated, Any

from strongroom.lib.errors import InvalidRequest
from strongroom.sdk import path
from strongroom.sdk.fields import Body, CommaList, Doc
from strongroom.sdk.names import check_segment_name
from strongroom.sdk.request import Request
from strongroom.sdk.response import Response
from strongroom.services.interface import logins
from strongroom.services.interface.logins import MOST, LoginRule
from strongroom.sysapi.context import SystemEngine, system

TYPES = ("github", "jwt", "ldap", "oidc", "okta", "radius", "saml", "token", "userpass")
"""Those that a login form can serve."""
_ROOT = "root"


class LoginBody(Body, frozen=True):
    """The ways to log in that a namespace's login form offers."""

    namespace_path: Annotated[str | None, Doc(description="The namespace. Empty for root.")] = None
    default_auth_type: Annotated[str | None, Doc(description="The auth method that is offered first.")] = None
    backup_auth_types: Annotated[CommaList | None, Doc(description="Other auth methods that are offered.")] = None
    disable_inheritance: Annotated[bool | None, Doc(description="Whether namespaces below don't have it too.")] = None


class LoginPaths(SystemEngine):
    """What login forms offer."""

    @path.list_("config/ui/login/default-auth", root_only=True)
    async def list_login_rules(self, request: Request) -> Response | None:
        """Lists the settings of login forms."""
        rules = await logins.all_rules(system(request).txn)
        info = {
            rule.name: {
                "name": rule.name,
                "namespace_path": rule.namespace or _ROOT,
                "disable_inheritance": rule.own_only,
            }
            for rule in rules
        }
        return Response(data={"keys": list(info), "key_info": info}) if info else None

    @path.read("config/ui/login/default-auth/{name}", root_only=True)
    async def read_login_rule(self, request: Request, name: str) -> Response | None:
        """Reads the settings of a namespace's login form."""
        rule = await logins.read(system(request).txn, name)
        return Response(data={**_shown(rule), "namespace_path": rule.namespace}) if rule is not None else None

    @path.write("config/ui/login/default-auth/{name}", root_only=True)
    async def write_login_rule(self, request: Request, name: str, body: LoginBody) -> Response | None:
        """Creates or changes the settings of a namespace's login form."""
        check_segment_name(name)
        txn = system(request).txn
        old = await logins.read(txn, name) or LoginRule(name=name, namespace="")
        namespace = old.namespace if body.namespace_path is None else body.namespace_path.strip("/")
        rule = LoginRule(
            name=name,
            namespace="" if namespace == _ROOT else namespace,
            default=old.default if body.default_auth_type is None else body.default_auth_type,
            backups=old.backups if body.backup_auth_types is None else tuple(body.backup_auth_types),
            own_only=old.own_only if body.disable_inheritance is None else body.disable_inheritance,
        )
        _check(rule, [each for each in await logins.all_rules(txn) if each.name != name])
        logins.write(txn, rule)
        return None

    @path.delete("config/ui/login/default-auth/{name}", root_only=True)
    async def delete_login_rule(self, request: Request, name: str) -> Response | None:
        """Deletes the settings of a namespace's login form."""
        logins.delete(system(request).txn, name)
        return None

    @path.read("internal/ui/default-auth-methods", unauthenticated=True)
    async def default_logins(self, request: Request) -> Response | None:
        """Reads what the login form of the namespace offers, which may be set for a namespace above."""
        view = system(request)
        rule = await logins.rule_for(view.txn, view.namespace)
        return Response(data=_shown(rule) if rule is not None else {})


def _check(rule: LoginRule, others: list[LoginRule]) -> None:
    """Raise `InvalidRequest` for a rule that no login form could follow."""
    types = (*([rule.default] if rule.default else []), *rule.backups)
    if not types:
        raise InvalidRequest("one of default_auth_type or backup_auth_types is required")
    if unknown := [type_ for type_ in types if type_ not in TYPES]:
        raise InvalidRequest(f'"{unknown[0][:64]}" is none of the auth methods of login forms: {", ".join(TYPES)}')
    if any(other.namespace == rule.namespace for other in others):
        raise InvalidRequest("the namespace has a login configuration of another name already")
    if len(others) >= MOST:
        raise InvalidRequest(f"at most {MOST} login configurations can be set")


def _shown(rule: LoginRule) -> dict[str, Any]:
    return {
        "default_auth_type": rule.default,
        "backup_auth_types": list(rule.backups),
        "disable_inheritance": rule.own_only,
    }

"""What each type of mount holds: settings, roles, users, as the API lists and shows them (p).

Another type is another row.  What the destination lacks is told when it is written there.

Source: https://developer.hashicorp.com/vault/api-docs, https://openbao.org/api-docs
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from strongroom.importing.inventory import Kind, Stage
from strongroom.importing.vault.layout import Layout, each, setting

_ACCOUNT = "its password has one manager: a role here would change it at once, and the other server's clients lose it"
_LIBRARY = _ACCOUNT
_HASHED = "the API shows no password and no hash of one"
_GENERATED = "its id and its secret are made by the server; clients need new ones"

ENGINES: Final[Mapping[str, Layout]] = {
    "kv-1": (),
    "kv-2": (setting("config"),),
    "transit": (setting("config/keys"),),
    "aws": (
        setting("config/root", hidden={"secret_key": "access_key"}),
        setting("config/lease"),
        each("roles"),
        each("static-roles", reason=_ACCOUNT, remedy="strongroom write {path} …"),
    ),
    "database": (
        each(
            "config",
            kind=Kind.CONFIG,
            stage=Stage.SETTINGS,
            hidden={"password": "username"},
            nested="connection_details",
            shown_only=frozenset({"plugin_version", "running_plugin_version"}),
            added={"verify_connection": False},
        ),
        each("roles"),
        each("static-roles", reason=_ACCOUNT, remedy="strongroom write {path} skip_import_rotation=true password=- …"),
    ),
    "kubernetes": (setting("config", hidden={"service_account_jwt": "kubernetes_host"}), each("roles")),
    "ldap": (
        setting("config", hidden={"bindpass": "binddn"}),
        each("role"),
        each("static-role", reason=_ACCOUNT, remedy="strongroom write {path} skip_import_rotation=true password=- …"),
        each("library", reason=_LIBRARY, remedy="strongroom write {path} …"),
    ),
    "pki": (
        setting("config/urls"),
        setting("config/crl"),
        setting("config/cluster"),
        setting("config/acme", stage=Stage.CONTENT),
        setting("config/auto-tidy"),
        each("roles"),
    ),
    "rabbitmq": (setting("config/lease"), each("roles")),
    "ssh": (
        setting("config/zeroaddress", stage=Stage.CONTENT),
        setting(
            "config/ca",
            reason="the API shows no private key of an authority; make one here, and let hosts trust both",
            remedy="strongroom write {path} generate_signing_key=true",
        ),
        each("roles"),
    ),
    "totp": (
        each(
            "keys",
            reason="the API shows no key; enter it from the URL or the code that you have kept",
            remedy="strongroom write {path} url=-",
        ),
    ),
}
"""Secrets engines."""

_GROUPS_AND_USERS: Final = (each("groups"), each("users"))

_PROVIDER: Final = setting(
    "config",
    hidden={"oidc_client_secret": "oidc_client_id"},
    added={"skip_jwks_validation": True},
    shown_only=frozenset({"status"}),
)

AUTH_METHODS: Final[Mapping[str, Layout]] = {
    "approle": (
        each("role", shown_only=frozenset({"local_secret_ids", "role_id"})),
        each("role", path="role/{name}/role-id", stage=Stage.CONTENT),
        each(
            "role",
            path="role",
            reason="the API shows no secret ids; clients need new ones",
            remedy="strongroom write -f {path}/NAME/secret-id",
        ),
    ),
    "aws": (
        setting("config/client", hidden={"secret_key": "access_key"}),
        setting("config/identity"),
        each("config/sts"),
        each("roles", path="role/{name}", shown_only=frozenset({"role_id"})),
    ),
    "azure": (setting("config", hidden={"client_secret": "client_id"}), each("role")),
    "cert": (
        setting("config", unset_by_0=frozenset({"ocsp_cache_size", "role_cache_size"})),
        each("certs"),
        each("crls"),
    ),
    "gcp": (
        setting("config", hidden={"credentials": "client_email"}),
        each("roles", path="role/{name}", shown_only=frozenset({"role_id"})),
    ),
    "github": (setting("config"), each("map/teams"), each("map/users")),
    "jwt": (_PROVIDER, each("role")),
    "kerberos": (
        setting("config", hidden={"keytab": "service_account"}),
        setting("config/ldap", hidden={"bindpass": "binddn"}),
        each("groups"),
    ),
    "kubernetes": (
        setting("config", hidden={"token_reviewer_jwt": "token_reviewer_jwt_set"}, shown_only=frozenset()),
        each("role"),
    ),
    "ldap": (setting("config", hidden={"bindpass": "binddn"}), *_GROUPS_AND_USERS),
    "oidc": (_PROVIDER, each("role")),
    "okta": (setting("config", hidden={"api_token": "org_name"}), *_GROUPS_AND_USERS),
    "radius": (setting("config", hidden={"secret": "host"}), each("users")),
    "token": (each("roles", shown_only=frozenset({"explicit_max_ttl", "period"})),),  # old names of both
    "userpass": (each("users", reason=_HASHED, remedy="strongroom write {path} password=- token_policies=…"),),
}
"""Auth methods."""

TYPES: Final[Mapping[bool, Mapping[str, Layout]]] = {False: ENGINES, True: AUTH_METHODS}
"""By whether it is an auth method: some types are both."""

IDENTITY: Final[Layout] = (
    each("oidc/key", stage=Stage.SETTINGS),
    each("oidc/role", shown_only=frozenset({"client_id"})),
    each("oidc/scope"),
    each(
        "oidc/assignment",
        built_in=frozenset({"allow_all"}),
        reason="it names entities and groups by ids, which are others here",
    ),
    each("oidc/client", reason=_GENERATED, remedy="strongroom write {path} redirect_uris=… assignments=…"),
    each("oidc/provider", stage=Stage.MEMBERS, shown_only=frozenset({"issuer"})),
    setting("oidc/config"),
    each("mfa/method", reason="the API shows no secret of a second factor"),
    each("mfa/login-enforcement", reason="it names methods and mounts by ids, which are others here"),
)
"""What stands below `identity/` besides entities and groups."""

"""The auth methods that `login -method=…` knows.

Source: https://developer.hashicorp.com/vault/api-docs/auth
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from strongroom.cli.login import aws, azure, gcp, kerberos, okta
from strongroom.cli.login.method import Field, Method
from strongroom.cli.login.oidc.fields import FIELDS as OIDC_FIELDS
from strongroom.cli.login.oidc.flow import log_in as log_in_by_browser
from strongroom.cli.login.post import Post

_USER = {
    "username": Field("The user's name."),
    "password": Field("The password; asked for when it isn't given."),
}


def _by_password(about: str, **more: Any) -> Method:
    """A login by name and password."""
    questions = {"password": "Password (will be hidden): "}
    return Method(about, "username=eva", _USER, Post("login/{username}", ("username", "password"), questions, **more))


METHODS: Mapping[str, Method] = {
    "approle": Method(
        "Logs in a program by the id of its role and a secret id.",
        "role_id=… secret_id=-",
        {
            "role_id": Field("The role's id."),
            "secret_id": Field("A secret id of the role, if it asks for one."),
        },
        Post(needs=("role_id",)),
    ),
    "aws": aws.METHOD,
    "azure": azure.METHOD,
    "cert": Method(
        "Logs in by a TLS client certificate. The flags -client-cert, -client-key and -ca-cert name the files.",
        "-client-cert=eva.pem -client-key=eva.key",
        {"name": Field("The name of the registered certificate to match.")},
        Post(),
    ),
    "gcp": gcp.METHOD,
    "github": Method(
        "Logs in by a personal access token of GitHub.",
        "token=-",
        {"token": Field("The token; else the variable AUTH_GITHUB_TOKEN with a prefix counts, else it is asked for.")},
        Post(
            needs=("token",),
            questions={"token": "GitHub Personal Access Token (will be hidden): "},
            variables={"token": "AUTH_GITHUB_TOKEN"},
        ),
    ),
    "jwt": Method(
        "Logs in by a token that another system has signed.",
        "role=web jwt=@token",
        {
            "jwt": Field("The signed token."),
            "role": Field("The role to log in by; the mount's default without it."),
        },
        Post(needs=("jwt",)),
    ),
    "kerberos": kerberos.METHOD,
    "kubernetes": Method(
        "Logs in a pod by the token of its service account.",
        "role=web jwt=@/var/run/secrets/kubernetes.io/serviceaccount/token",
        {
            "role": Field("The role to log in by."),
            "jwt": Field("The service account's token; asked for when it isn't given."),
        },
        Post(needs=("role", "jwt"), questions={"jwt": "JWT (will be hidden): "}),
    ),
    "ldap": _by_password(
        "Logs in by a name and a password of a directory. Without a name, that of the person at the terminal counts.",
        variables={"username": "LDAP_USERNAME", "password": "LDAP_PASSWORD"},
        fallbacks={"username": ("LOGNAME", "USER")},
    ),
    "oidc": Method(
        "Logs in with a browser at an OpenID Connect provider. Without a browser, visit the link that is shown.",
        "role=engineering",
        OIDC_FIELDS,
        log_in_by_browser,
        closed=True,
    ),
    "okta": okta.METHOD,
    "radius": _by_password("Logs in by a name and a password that a RADIUS server knows."),
    "userpass": _by_password("Logs in by a name and a password that this server knows."),
}
"""By name, except for `token`, which needs no login of its own."""

BY_API = frozenset({"app-id"})
"""Auth methods that the server has, and this program has no login for."""

NOT_SERVED = frozenset({"alicloud", "centrify", "cf", "oci", "pcf"})
"""Auth methods that other servers of this API have, and this one hasn't."""

_TOKEN_FIELDS = {
    "token": Field("The token to log in with; asked for when it isn't given."),
    "lookup": Field("Whether to ask the server what the token is (default: true).", "bool"),
}


def names() -> list[str]:
    """What `-method` may be, sorted."""
    return sorted([*METHODS, "token"])


def help_text(name: str) -> str:
    """How to log in by a method.  Raises `KeyError`."""
    if name == "token":
        return Method("Logs in by a token, and keeps it.", "token=-", _TOKEN_FIELDS, Post()).help_text(name)
    return METHODS[name].help_text(name)

"""The auth methods that `login -method=…` knows.

Source: https://developer.hashicorp.com/vault/api-docs/auth
"""

from __future__ import annotations

from typing import Any

from strongroom.cli.login.method import Field, Method
from strongroom.cli.login.oidc.fields import FIELDS as OIDC_FIELDS
from strongroom.cli.login.oidc.flow import log_in as log_in_by_browser
from strongroom.cli.login.post import Post

_PASSWORD = "Password (will be hidden): "  # noqa: S105 - a question
_USER = {
    "username": Field("The user's name."),
    "password": Field("The password; asked for when it isn't given."),
}
_BY_PASSWORD: dict[str, Any] = {
    "example": "username=eva",
    "fields": _USER,
    "log_in": Post("login/{username}", ("username", "password"), {"password": _PASSWORD}),
}

METHODS: dict[str, Method] = {
    "approle": Method(
        "Logs in a program by the id of its role and a secret id.",
        "role_id=… secret_id=-",
        {
            "role_id": Field("The role's id."),
            "secret_id": Field("A secret id of the role, if it asks for one."),
        },
        Post(needs=("role_id",)),
    ),
    "cert": Method(
        "Logs in by a TLS client certificate. The flags -client-cert, -client-key and -ca-cert name the files.",
        "-client-cert=eva.pem -client-key=eva.key",
        {"name": Field("The name of the registered certificate to match.")},
        Post(),
    ),
    "jwt": Method(
        "Logs in by a token that another system has signed.",
        "role=web jwt=@token",
        {
            "jwt": Field("The signed token."),
            "role": Field("The role to log in by."),
        },
        Post(needs=("jwt",)),
    ),
    "kubernetes": Method(
        "Logs in a pod by the token of its service account.",
        "role=web jwt=@/var/run/secrets/kubernetes.io/serviceaccount/token",
        {
            "role": Field("The role to log in by."),
            "jwt": Field("The service account's token; asked for when it isn't given."),
        },
        Post(needs=("role", "jwt"), questions={"jwt": "JWT (will be hidden): "}),
    ),
    "ldap": Method("Logs in by a name and a password of a directory.", **_BY_PASSWORD),
    "oidc": Method(
        "Logs in with a browser at an OpenID Connect provider. Without a browser, visit the link that is shown.",
        "role=engineering",
        OIDC_FIELDS,
        log_in_by_browser,
    ),
    "radius": Method("Logs in by a name and a password that a RADIUS server knows.", **_BY_PASSWORD),
    "userpass": Method("Logs in by a name and a password that this server knows.", **_BY_PASSWORD),
}
"""By name, except for `token`, which needs no login of its own."""

TOKEN_FIELDS = {
    "token": Field("The token to log in with; asked for when it isn't given."),
    "lookup": Field("Whether to ask the server what the token is (default: true).", "bool"),
}


def names() -> list[str]:
    """What `-method` may be, sorted."""
    return sorted([*METHODS, "token"])


def help_text(name: str) -> str:
    """How to log in by a method.  Raises `KeyError`."""
    if name == "token":
        return Method("Logs in by a token, and keeps it.", "token=-", TOKEN_FIELDS, Post()).help_text(name)
    return METHODS[name].help_text(name)

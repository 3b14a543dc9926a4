"""How each auth method logs in from the command line: which path, which data, what to ask for.

Source: https://developer.hashicorp.com/vault/api-docs/auth
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from strongroom.cli import PROGRAM

Ask = Callable[[str], str]
"""Asks the person at the terminal a question; the answer isn't shown."""


class LoginDataError(Exception):
    """Something that the method needs is missing."""


@dataclass(frozen=True, slots=True)
class Method:
    """One way to log in.

    Args:
        example: what stands behind `login -method=…`.
        needs: names that must be given, each with what it is.
        hidden: names that are asked for when they aren't given.
        optional: further names, each with what it is.
        path: the login's path below the mount; may hold one of the names in braces, which then isn't in the body.
    """

    example: str
    needs: Mapping[str, str]
    path: str = "login"
    hidden: tuple[str, ...] = ()
    optional: Mapping[str, str] | None = None

    def request(self, mount: str, given: Mapping[str, Any], ask: Ask) -> tuple[str, dict[str, Any]]:
        """The login's path and body.  Raises `LoginDataError`."""
        data = dict(given)
        for name in self.needs:
            if not data.get(name) and name in self.hidden:
                shown = name.upper() if name in _INITIALS else name.capitalize()
                data[name] = ask(f"{shown} (will be hidden): ")
            if not data.get(name):
                raise LoginDataError(f"'{name}' must be specified")
        path = self.path
        for name in self.needs:
            marker = "{" + name + "}"
            if marker in path:
                path = path.replace(marker, str(data.pop(name)))
        return f"auth/{mount}/{path}", dict(sorted(data.items()))


_INITIALS = frozenset({"jwt"})
_USER = {"username": "The user's name.", "password": "The password; asked for when it isn't given."}

METHODS: dict[str, Method] = {
    "userpass": Method("username=eva", _USER, "login/{username}", ("password",)),
    "ldap": Method("username=eva", _USER, "login/{username}", ("password",)),
    "radius": Method("username=eva", _USER, "login/{username}", ("password",)),
    "approle": Method(
        "role_id=… secret_id=-",
        {"role_id": "The role's id."},
        optional={"secret_id": "A secret id of the role, if it asks for one."},
    ),
    "cert": Method(
        "-client-cert=eva.pem -client-key=eva.key",
        {},
        optional={"name": "The name of the registered certificate to match."},
    ),
    "jwt": Method("role=web jwt=@token", {"jwt": "The signed token."}, optional={"role": "The role to log in by."}),
    "kubernetes": Method(
        "role=web jwt=@/var/run/secrets/kubernetes.io/serviceaccount/token",
        {"role": "The role to log in by.", "jwt": "The service account's token; asked for when it isn't given."},
        hidden=("jwt",),
    ),
    "token": Method("", {"token": "The token to log in with."}, hidden=("token",)),
}


def help_text(name: str) -> str:
    """How to log in by a method."""
    method = METHODS[name]
    lines = [f"Usage: {PROGRAM} login -method={name} [CONFIG K=V...]", "", "  For example:", ""]
    lines += [f"      $ {PROGRAM} login -method={name} {method.example}".rstrip(), "", "Configuration:"]
    for field, meaning in sorted({**method.needs, **(method.optional or {})}.items()):
        lines += ["", f"  {field}=<string>", f"      {meaning}"]
    return "\n".join(lines)

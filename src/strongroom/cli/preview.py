"""Requests shown instead of sent: as a curl command, or as a policy that would allow them."""

from __future__ import annotations

import re

from strongroom.cli import PROGRAM
from strongroom.client.client import Answer, Prepared, Sender

_CAPABILITIES = {
    "GET": ("read",),
    "PUT": ("create", "update"),
    "POST": ("create", "update"),
    "PATCH": ("patch",),
    "DELETE": ("delete",),
}
_SUDO = re.compile(
    r"auth/token/accessors"
    r"|sys/(audit|auth)/[^/]+(/tune)?|sys/audit"
    r"|sys/config/(auditing/request-headers/[^/]+|cors|ui/headers|ui/headers/[^/]+)"
    r"|sys/(leases/)?revoke-(force|prefix)/.+|sys/leases(/lookup/.*)?"
    r"|sys/(raw|raw/.+|rotate|rotate/keyring|rotate/config|remount)"
    r"|sys/plugins/(catalog/.+|runtimes/catalog/.+)"
    r"|sys/internal/inspect/router/[^/]+"
)
"""Paths that need the `sudo` capability.  Source: https://developer.hashicorp.com/vault/docs/concepts/policies"""


class Previewed(Exception):
    """A request was shown instead of sent.

    Args:
        text: what it looks like.
    """


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\"'\"'") + "'"


def curl(prepared: Prepared) -> str:
    """A shell command that sends the request; it asks for the token when it runs, and so doesn't hold it."""
    words = ["curl"]
    if prepared.method != "GET":
        words.append(f"-X {prepared.method}")
    for name, value in prepared.headers.items():
        shown = f"$({PROGRAM} print token)" if name == "X-Vault-Token" else value
        words.append(f'-H "{name}: {shown}"')
    if prepared.body is not None:
        words.append(f"-d {_quoted(prepared.body)}")
    return " ".join([*words, f'"{prepared.url}"'])


def policy(prepared: Prepared) -> str:
    """A policy that allows the request."""
    capabilities = _CAPABILITIES[prepared.method]
    question = prepared.target.partition("?")[2].split("&")
    for verb in ("list", "scan"):
        if f"{verb}=true" in question:
            capabilities = (verb,)
    if _SUDO.fullmatch(prepared.path):
        capabilities = (*capabilities, "sudo")
    listed = ", ".join(f'"{name}"' for name in capabilities)
    return f'path "{prepared.path}" {{\n  capabilities = [{listed}]\n}}'


def previewing(*, policy: bool) -> Sender:
    """What a client calls in place of sending; it raises `Previewed`."""
    show = _policy if policy else curl

    def send(prepared: Prepared) -> Answer:
        raise Previewed(show(prepared))

    return send


_policy = policy

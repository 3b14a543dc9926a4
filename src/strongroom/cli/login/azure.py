"""The login by the managed identity of a machine in Azure.

Source: https://developer.hashicorp.com/vault/docs/auth/azure
"""

from __future__ import annotations

from strongroom.cli.login.method import Answer, Attempt, Field, Method
from strongroom.client.login.azure import MACHINE, MANAGEMENT, identity_token, machine
from strongroom.client.login.error import LoginError

_IDENTITY = ("client_id", "object_id", "msi_res_id")


def log_in(attempt: Attempt) -> Answer:
    """Log in.  Raises `LoginError`, `ClientError`."""
    role = attempt.text("role")
    if not role:
        raise LoginError("'role' must be specified")
    token = attempt.text("jwt") or _token(attempt)
    given = {name: attempt.text(name) for name in (*MACHINE, "resource_id") if attempt.text(name)}
    found = given if given or attempt.text("jwt") else machine(attempt.environment)
    return attempt.post("login", {"role": role, "jwt": token, **found})


def _token(attempt: Attempt) -> str:
    identity = {name: attempt.text(name) for name in _IDENTITY if attempt.text(name)}
    return identity_token(attempt.environment, attempt.text("resource", MANAGEMENT), identity)


METHOD = Method(
    "Logs in a machine in Azure by its managed identity. What isn't given comes from the machine's metadata service.",
    "role=web",
    {
        "role": Field("The role to log in by."),
        "resource": Field(f"What the token is for (default: {MANAGEMENT})."),
        "jwt": Field("The token, if it was had in another way."),
        "client_id": Field("The identity's client id, where a machine has several."),
        "object_id": Field("The identity's object id, where a machine has several."),
        "msi_res_id": Field("The identity's resource id, where a machine has several."),
        "subscription_id": Field("The machine's subscription."),
        "resource_group_name": Field("The machine's resource group."),
        "vm_name": Field("The machine's name."),
        "vmss_name": Field("The name of the machine's scale set."),
        "resource_id": Field("The id of a resource that is no machine."),
    },
    log_in,
    closed=True,
)

"""The login by the managed identity of a machine in Azure.

Source: https://developer.hashicorp.com/vault/docs/auth/azure,
https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from strongroom.cli.login.metadata import ask_json
from strongroom.cli.login.method import Answer, Attempt, Field, LoginError, Method

_SERVICE = "http://169.254.169.254"
_HEADERS = {"Metadata": "true"}
_RESOURCE = "https://management.azure.com/"
_IDENTITY = ("client_id", "object_id", "msi_res_id")
_MACHINE = {
    "subscription_id": "subscriptionId",
    "resource_group_name": "resourceGroupName",
    "vm_name": "name",
    "vmss_name": "vmScaleSetName",
}


def log_in(attempt: Attempt) -> Answer:
    """Log in.  Raises `LoginError`, `ClientError`."""
    role = attempt.text("role")
    if not role:
        raise LoginError("'role' must be specified")
    token = attempt.text("jwt") or _token(attempt)
    given = {name: attempt.text(name) for name in (*_MACHINE, "resource_id") if attempt.text(name)}
    found = given if given or attempt.text("jwt") else _machine(attempt)
    return attempt.post("login", {"role": role, "jwt": token, **found})


def _address(attempt: Attempt) -> str:
    """Where the machine's metadata are; the variable is that of Azure's own libraries."""
    return attempt.environment.get("AZURE_POD_IDENTITY_AUTHORITY_HOST", "").rstrip("/") or _SERVICE


def _token(attempt: Attempt) -> str:
    query = {"api-version": "2018-02-01", "resource": attempt.text("resource", _RESOURCE)}
    query |= {name: attempt.text(name) for name in _IDENTITY if attempt.text(name)}
    url = f"{_address(attempt)}/metadata/identity/oauth2/token?{urlencode(query)}"
    token = ask_json(url, _HEADERS, "the token of the machine's identity").get("access_token")
    if not isinstance(token, str) or not token:
        raise LoginError("the machine's identity has no token")
    return token


def _machine(attempt: Attempt) -> dict[str, str]:
    """What the machine is, as the server compares it with the token."""
    url = f"{_address(attempt)}/metadata/instance?{urlencode({'api-version': '2021-02-01'})}"
    compute: Any = ask_json(url, _HEADERS, "the machine's description").get("compute")
    if not isinstance(compute, dict):
        raise LoginError("the machine's description has no part about its computer")
    found = {name: str(compute.get(theirs) or "") for name, theirs in _MACHINE.items()}
    if found["vmss_name"]:
        found["vm_name"] = ""  # the server takes one of the two
    return {name: value for name, value in found.items() if value}


METHOD = Method(
    "Logs in a machine in Azure by its managed identity. What isn't given comes from the machine's metadata service.",
    "role=web",
    {
        "role": Field("The role to log in by."),
        "resource": Field(f"What the token is for (default: {_RESOURCE})."),
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

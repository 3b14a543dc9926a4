"""The proof of a managed identity of Azure: its token, and what the machine is.

Source: https://developer.hashicorp.com/vault/docs/auth/azure,
https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from strongroom.client.login.error import LoginError
from strongroom.client.login.metadata import ask_json

MANAGEMENT = "https://management.azure.com/"
"""What a token is for, unless something else is asked for."""
MACHINE = {
    "subscription_id": "subscriptionId",
    "resource_group_name": "resourceGroupName",
    "vm_name": "name",
    "vmss_name": "vmScaleSetName",
}
"""What the server is told about a machine, and how its metadata call it."""
_SERVICE = "http://169.254.169.254"
_AUTHORITY = "https://login.microsoftonline.com"
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_HEADERS = {"Metadata": "true"}


def _address(environment: Mapping[str, str]) -> str:
    """Where the machine's metadata are; the variable is that of Azure's own libraries."""
    return environment.get("AZURE_POD_IDENTITY_AUTHORITY_HOST", "").rstrip("/") or _SERVICE


def identity_token(environment: Mapping[str, str], resource: str, identity: Mapping[str, str]) -> str:
    """The token of a machine's managed identity.

    Args:
        resource: what it is for.
        identity: which one, where a machine has several, by `client_id`, `object_id` or `msi_res_id`.

    Raises: `LoginError`.
    """
    query = {"api-version": "2018-02-01", "resource": resource, **identity}
    url = f"{_address(environment)}/metadata/identity/oauth2/token?{urlencode(query)}"
    token = ask_json(url, _HEADERS, "the token of the machine's identity").get("access_token")
    if not isinstance(token, str) or not token:
        raise LoginError("the machine's identity has no token")
    return token


def application_token(environment: Mapping[str, str], scope: str) -> str:
    """The token of the application that the variables of Azure's own libraries name.

    It proves itself by the token that a cluster gives to a pod (AZURE_FEDERATED_TOKEN_FILE), or by its secret.

    Args:
        scope: what the token is for, such as `https://management.azure.com/.default`.

    Raises: `LoginError`.

    Source: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
    """
    tenant, client = environment.get("AZURE_TENANT_ID", ""), environment.get("AZURE_CLIENT_ID", "")
    if not tenant or not client:
        raise LoginError("AZURE_TENANT_ID and AZURE_CLIENT_ID aren't set, which name the application to log in as")
    form = {"grant_type": "client_credentials", "client_id": client, "scope": scope, **_application_proof(environment)}
    authority = environment.get("AZURE_AUTHORITY_HOST", "").rstrip("/") or _AUTHORITY
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    url = f"{authority}/{quote(tenant, safe='')}/oauth2/v2.0/token"
    token = ask_json(url, headers, "the application's token", body=urlencode(form).encode()).get("access_token")
    if not isinstance(token, str) or not token:
        raise LoginError("the application got no token")
    return token


def _application_proof(environment: Mapping[str, str]) -> dict[str, str]:
    """What proves that this is the application, as the form has it."""
    if path := environment.get("AZURE_FEDERATED_TOKEN_FILE", ""):
        try:
            assertion = Path(path).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise LoginError(f"AZURE_FEDERATED_TOKEN_FILE: {path} can't be read") from error
        return {"client_assertion_type": _ASSERTION, "client_assertion": assertion}
    if secret := environment.get("AZURE_CLIENT_SECRET", ""):
        return {"client_secret": secret}
    raise LoginError("neither AZURE_FEDERATED_TOKEN_FILE nor AZURE_CLIENT_SECRET is set, which prove the application")


def machine(environment: Mapping[str, str]) -> dict[str, str]:
    """What the machine is, as the server compares it with the token.  Raises `LoginError`."""
    url = f"{_address(environment)}/metadata/instance?{urlencode({'api-version': '2021-02-01'})}"
    compute: Any = ask_json(url, _HEADERS, "the machine's description").get("compute")
    if not isinstance(compute, dict):
        raise LoginError("the machine's description has no part about its computer")
    found = {name: str(compute.get(theirs) or "") for name, theirs in MACHINE.items()}
    if found["vmss_name"]:
        found["vm_name"] = ""  # the server takes one of the two
    return {name: value for name, value in found.items() if value}

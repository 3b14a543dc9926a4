"""A stand-in for Entra ID and the Azure Resource Manager, made after their public descriptions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.sim.answering import Answering, Asked, answering
from tests.sim.issuer import Issuer, known

TENANT = "00000000-0000-4000-8000-00000000000a"
SUBSCRIPTION = "00000000-0000-4000-8000-00000000000b"
OTHER_SUBSCRIPTION = "00000000-0000-4000-8000-00000000000c"
OBJECT = "00000000-0000-4000-8000-00000000000d"
APP = "00000000-0000-4000-8000-00000000000e"
RESOURCE = "https://vault.example.com"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/group-1"
VM = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/vm-1"
SCALE_SET = f"{GROUP}/providers/Microsoft.Compute/virtualMachineScaleSets/set-1"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-1"
FUNCTION = f"{GROUP}/providers/Microsoft.Web/sites/func-1"


@dataclass
class StandIn:
    """A running stand-in, with a machine, a scale set, an identity and a function."""

    server: Answering
    tenant: Issuer = field(default_factory=lambda: known("tenant-1"))

    def __post_init__(self) -> None:
        described = {"issuer": self.issuer, "jwks_uri": f"{self.server.url}/keys"}
        identity = {"type": "SystemAssigned", "principalId": OBJECT}
        assigned = {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}}
        identities = {"value": [{"location": "westeurope", "properties": {"clientId": APP}}]}
        web = [{"resourceType": "sites", "apiVersions": ["2024-04-01-preview", "2023-12-01", "2022-03-01"]}]
        self.server.table |= {
            f"GET /{TENANT}/.well-known/openid-configuration": described,
            "GET /keys": {"keys": [self.tenant.jwk]},
            f"POST /{TENANT}/oauth2/v2.0/token": self._bearer,
            f"GET {VM}": {"location": "westeurope", "identity": identity},
            f"GET {VM.replace('vm-1', 'VM-1')}": {"location": "westeurope", "identity": identity},
            f"GET {SCALE_SET}": {"location": "westeurope", "identity": assigned},
            f"GET {IDENTITY}": {"properties": {"principalId": OBJECT, "clientId": APP}},
            f"GET {IDENTITY.removesuffix('/id-1')}": identities,
            f"GET /subscriptions/{SUBSCRIPTION}/providers/microsoft.web": {"resourceTypes": web},
            f"GET {FUNCTION}": lambda asked: (
                (200, {"location": "westeurope", "identity": identity})
                if asked.query == "api-version=2023-12-01"
                else (400, {})
            ),
        }

    def _bearer(self, asked: Asked) -> tuple[int, Any]:
        if b"client_secret=canary-client-secret" not in asked.body:
            return 401, {}
        return 200, {"access_token": "canary-bearer", "expires_in": 3599}

    @property
    def issuer(self) -> str:
        """The tenant's, of tokens of version 1.0."""
        return f"https://sts.windows.net/{TENANT}/"

    @property
    def config(self) -> dict[str, Any]:
        """A configuration that leads here."""
        return {
            "tenant_id": TENANT,
            "resource": RESOURCE,
            "client_id": APP,
            "client_secret": "canary-client-secret",
            "authority_url": self.server.url,
            "resource_manager_url": self.server.url,
            "graph_url": self.server.url,
        }

    def token(self, now: float, **changes: Any) -> str:
        """A token of the machine; None for a claim leaves it out."""
        claims = {
            "iss": self.issuer,
            "aud": RESOURCE,
            "oid": OBJECT,
            "appid": APP,
            "nbf": now - 10,
            "exp": now + 3600,
            "xms_mirid": VM.replace("resourceGroups", "resourcegroups"),
            **changes,
        }
        return self.tenant.sign({name: value for name, value in claims.items() if value is not None})


@contextmanager
def running() -> Iterator[StandIn]:
    """A stand-in of its own."""
    with answering() as server:
        yield StandIn(server)
